"""Runs of the command line in processes of their own, and the options that the benchmarks share."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks import plots, results
from pipeline.config_file import load_config

ROOT = Path(__file__).parent.parent
OPEN_GATE = ("evaluator.thresholds=[{metric: accuracy, at_least: 0}]", "evaluator.max_accuracy_drop=1")
"""A benchmark wants every model's figures, the poor ones' too."""

Summary = dict[str, Any]


def run(
    workspace: Path,
    *settings: str,
    data: str | None = None,
    config: Path | None = None,
    stop: str | None = None,
) -> Summary:
    """One run with an open gate.

    Args:
        workspace: a new one, unless the run should go on from what is there.
        settings: `KEY=VALUE`, as for `--set`.
        data: pictures; the sample if left out.
        config: a YAML file; the sample's own, or the defaults for other pictures, if left out.
        stop: the node after which the run ends.

    Returns:
        Its summary.
    """
    command = [sys.executable, "pipeline_runner.py", "run", *([str(config)] if config else [])]
    command += ["--workspace", str(workspace), "--json"]
    command += ["--data", data] if data else []
    command += ["--to", stop] if stop else []
    command += [part for setting in (*OPEN_GATE, *settings) for part in ("--set", setting)]
    summary: Summary = json.loads(_output(command))
    return summary


@contextmanager
def fresh_workspace() -> Iterator[Path]:
    """A new folder, gone afterwards; where something failed it stays, since the run's log is in it."""
    workspace = Path(tempfile.mkdtemp(prefix="graft-benchmark-"))
    yield workspace
    shutil.rmtree(workspace)


def run_afresh(*settings: str, data: str | None = None, config: Path | None = None) -> results.Row:
    """One run in a new workspace, as `run` makes it: what the benchmarks compare of its summary.

    Returns:
        `accuracy` and `macro_f1` on test, `wall_seconds` of the whole process, `nodes` (seconds by node),
        `peak_rss_mib`, `calibration` as in the summary.
    """
    with fresh_workspace() as workspace:
        started = time.monotonic()
        summary = run(workspace, *settings, data=data, config=config)
        seconds = time.monotonic() - started
    evaluation = summary["evaluation"]
    return {
        "accuracy": evaluation["accuracy"],
        "macro_f1": evaluation["macro_f1"],
        "wall_seconds": round(seconds, 3),
        "nodes": {node["id"]: node["seconds"] for node in summary["nodes"]},
        "peak_rss_mib": summary["peak_rss_mib"],
        "calibration": evaluation.get("calibration", {}),
    }


def run_preset(table: results.Rows, preset: str, seed: int, arguments: argparse.Namespace) -> results.Row:
    """The row of a preset's run on the options' data; shared by the benchmarks that use the same table."""
    settings = (f"preset={preset}", f"seed={seed}", *arguments.settings)
    depends_on = {
        "data": data_name(arguments.data),
        "settings": settings,
        "recipe": recipe_digest(settings, arguments.data),
    }
    return table.row(f"{preset}, seed {seed}", depends_on, lambda: run_afresh(*settings, data=arguments.data))


def recipe_digest(settings: Sequence[str], data: str | None = None) -> str:
    """Twelve hex digits that change with any value of a run's config that can change the model."""
    config = load_config(None, data, settings)
    others = {"name", "data", "pusher", "label_check", "metadata", "beam", "airflow", "kubeflow"}
    if not config.tuner.trials:
        others.add("tuner")
    if config.task == "classification":
        others |= {"task", "environment", "policy"}
    left_out: dict[str, Any] = dict.fromkeys(others, True) | {"evaluator": {"returns"}}
    return hashlib.sha256(config.model_dump_json(exclude=left_out).encode()).hexdigest()[:12]


def about_data(arguments: argparse.Namespace) -> dict[str, Any]:
    """What makes the pictures and their splits: the data's name, and the settings that concern it."""
    settings = [setting for setting in arguments.settings if setting.startswith("data.")]
    return {"data": data_name(arguments.data), "settings": settings}


def measure(module: str, *arguments: str, with_onednn: bool = False) -> dict[str, Any]:
    """Runs a module of the benchmarks in a process of its own, with TensorFlow as it comes.

    Args:
        module: its last line is JSON.
        arguments: of the module.
        with_onednn: asks TensorFlow for oneDNN's kernels, as Graft does.

    Returns:
        That, and `wall_seconds` from the start of the process to its end.
    """
    started = time.monotonic()
    output = _output([sys.executable, "-m", module, *arguments], _environment(with_onednn))
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return {**result, "wall_seconds": round(time.monotonic() - started, 3)}


def _environment(with_onednn: bool) -> dict[str, str]:
    """This one, with or without what `components` asks of TensorFlow for Graft's own sake."""
    flag = "TF_ENABLE_ONEDNN_OPTS"
    others = {name: value for name, value in os.environ.items() if name != flag}
    return {**others, flag: "1"} if with_onednn else others


def _output(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


@contextmanager
def peak_memory(every_seconds: float = 0.5) -> Iterator[list[float]]:
    """Watches the processes that are started inside of it, and theirs.

    Yields:
        A list that holds one figure afterwards: the most memory that they held together at any one time,
        MiB; pages that several share count once (Linux' proportional set size).
    """
    peak, is_over = [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(every_seconds):
            peak[0] = max(peak[0], sum(map(_memory, psutil.Process().children(recursive=True))))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 2**20
    except psutil.Error:  # it has just ended
        return 0.0


def parser(
    description: str | None, seeds: Sequence[int] = (17, 18, 19), takes_data: bool = True
) -> argparse.ArgumentParser:
    """The options that the benchmarks share."""
    options = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if takes_data:
        options.add_argument("--data", type=existing, help="pictures; the sample if left out")
        options.add_argument("--busy", action="store_true", help="other work runs beside: rows have no times")
    else:
        options.set_defaults(data=None, busy=False)
    options.add_argument("--seeds", type=int, nargs="+", default=list(seeds))
    options.add_argument("--set", dest="settings", action="append", default=[], metavar="KEY=VALUE")
    options.add_argument(
        "--resume", action=argparse.BooleanOptionalAction, default=True, help="keep rows that were measured"
    )
    options.add_argument("--out", type=Path, help="folder for JSON and plots; the repository's if left out")
    return options


def existing(data: str) -> str:
    """A file or folder from where it is asked for, since runs start in the repository's root."""
    return str(Path(data).resolve()) if Path(data).exists() else data


def data_name(data: str | None) -> str:
    """`solar-cells` for the sample; `clothing-small` for that folder, or a manifest in it."""
    if data is None:
        return "solar-cells"
    return Path(data).parent.name if Path(data).is_file() else Path(data).name


def open_table(name: str, arguments: argparse.Namespace) -> results.Rows:
    """The rows `<name>_<data>`, where the options want them; those of other machines count."""
    folder, is_timed = arguments.out or results.RESULTS, not arguments.busy
    return results.Rows(
        f"{name}_{data_name(arguments.data)}", arguments.resume, folder, any_machine=True, is_timed=is_timed
    )


def plot_path(name: str, arguments: argparse.Namespace) -> Path:
    """The PNG `<name>_<data>`, where the options want it."""
    return (arguments.out or plots.FOLDER) / f"{name}_{data_name(arguments.data)}.png"
