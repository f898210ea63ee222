"""What phases reached is read as it was written, whatever kind of phases they were."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.trainer.phases_file import FILE, read_phases, write_phases
from tests.cli import run_python


@dataclass(frozen=True)
class _Result:
    name: str
    curve: tuple[dict[str, float | None], ...]
    rate: float | None = None


@pytest.mark.parametrize("count", [0, 1, 3])
def test_phases_are_read_as_they_were_written(tmp_path: Path, count: int) -> None:
    results = [_Result(f"phase {place}", ({"steps": place, "loss": None},), 0.1) for place in range(count)]
    folder = tmp_path / "not" / "there yet"
    write_phases(results, str(folder))
    assert read_phases(str(folder)) == json.loads((folder / FILE).read_text())
    assert read_phases(str(folder)) == [
        {"name": f"phase {place}", "curve": [{"steps": place, "loss": None}], "rate": 0.1}
        for place in range(count)
    ]


def test_reading_loads_nothing_heavy() -> None:
    heavy = ("tensorflow", "tfx", "keras")
    module = "components.trainer.phases_file"
    done = run_python("-c", f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])")
    assert done.stdout.strip() == "[]", done.stderr
