"""What the benchmarks measured: JSON files with date and machine, rows that outlive a kill, tables, spreads.

Synopsis:
    table = Rows("keras_guide", resume=True)
    row = table.row("balanced, seed 17", {"epochs": 10}, lambda: {"accuracy": 0.9})
    print_table([["balanced", spread([row["accuracy"]])]], header=["way", "accuracy"])
"""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("tensorflow", "keras", "tfx", "apache-beam", "scikit-learn", "numpy")

Row = dict[str, Any]


def write_json(name: str, data: Any, folder: Path = RESULTS) -> Path:
    """Writes `<folder>/<name>.json`, whole or not at all, with the date and the machine.

    Args:
        name: of the benchmark.
        data: anything that JSON can hold.
        folder: where to; the committed ones if left out.

    Returns:
        The file.
    """
    path = folder / f"{name}.json"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    content = {"date": date.today().isoformat(), "machine": machine(), "data": data}
    unfinished.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(unfinished, path)
    return path


def read_json(name: str, folder: Path = RESULTS) -> dict[str, Any]:
    """What `write_json` wrote: `date`, `machine`, `data`; empty if there is nothing."""
    path = folder / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


@cache
def machine() -> dict[str, Any]:
    """Cores that this process may use, model of the CPU, memory, system, and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


@cache
def revision() -> str:
    """The commit that is measured, with `-dirty` where files differ from it; `unknown` without Git."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(command, cwd=RESULTS.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def machine_name() -> str:
    """What times are compared within: cores and processor."""
    return f"{machine()['cores']} x {machine()['cpu']}"


def _cpu_model() -> str:
    """Name and widest vectors: behind one name of a virtual machine stand processors of many kinds."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = facts.get("flags", "").split()
    widest = next((name for name in ("amx_bf16", "avx512_bf16", "avx512f", "avx2") if name in flags), "")
    return f"{facts.get('model name') or platform.processor() or 'unknown'} {widest}".strip()


class Rows:
    """The rows of one benchmark, each on disk as soon as it was measured.

    A benchmark that was killed goes on from there: what was measured with the same settings is not
    measured again.

    Attributes:
        rows: by key, in the order of measuring; each with its `settings`, `date`, `measured_on`,
            `revision`, and `is_timed`: whether its times may be compared.
    """

    def __init__(
        self,
        name: str,
        resume: bool = True,
        folder: Path = RESULTS,
        any_machine: bool = False,
        is_timed: bool = True,
    ) -> None:
        """
        Args:
            name: of the file.
            resume: whether rows that are there count.
            folder: of the file.
            any_machine: whether rows of another machine count as well: what they reached is the same, what
                they took is not.
            is_timed: `False` where other work runs on the machine: what is reached is the same all the same.
        """
        self._name, self._folder, self._any_machine = name, folder, any_machine
        self._is_timed = is_timed
        self.rows: dict[str, Row] = read_json(name, folder).get("data", {}) if resume else {}

    def row(self, key: str, settings: Mapping[str, Any], measure: Callable[[], Row]) -> Row:
        """The row of `key`: the kept one if it means the same, else measured and written.

        Args:
            key: names the row, such as `balanced, seed 17`.
            settings: everything that the figures depend on.
            measure: does the work.
        """
        wanted = json.loads(json.dumps(settings))
        kept = self.rows.get(key)
        if kept is None or kept["settings"] != wanted or not self._is_near(kept):
            about = {
                "settings": wanted,
                "date": date.today().isoformat(),
                "measured_on": machine_name(),
                "revision": revision(),
                "is_timed": self._is_timed,
            }
            self.rows[key] = {**about, **measure()}
            write_json(self._name, self.rows, self._folder)
        return self.rows[key]

    def _is_near(self, row: Row) -> bool:
        return self._any_machine or row["measured_on"] == machine_name()


def mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation; the latter is 0 for a single value."""
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def spread(values: Sequence[float], digits: int = 4) -> str:
    """`0.8854 ± 0.0011`; a single value stands alone."""
    mean, deviation = mean_and_spread(values)
    return f"{mean:.{digits}f}" + (f" ± {deviation:.{digits}f}" if len(values) > 1 else "")


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Prints Markdown, so that it can be read here and pasted into the docs; columns are aligned."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for line in (header, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |")
