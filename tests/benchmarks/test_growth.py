"""Sizes become lines, and only the nodes that matter have a column."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import growth
from benchmarks.growth import dear_nodes, draw, lines, measured

ROWS = {
    1000: {"wall_seconds": 50.0, "peak_mib": 1000, "nodes": {"A": 2.0, "B": 20.0, "C": 3.0}},
    20_000: {"wall_seconds": 400.0, "peak_mib": 1100, "nodes": {"A": 100.0, "B": 250.0, "C": 4.0}},
}


def test_only_dear_nodes_have_a_column() -> None:
    assert dear_nodes(ROWS) == ["A", "B"]


def test_a_line_for_each_size() -> None:
    assert lines(ROWS) == [
        ["1,000", "50", "20", "1,000", "1.00", "2", "20"],
        ["20,000", "400", "50", "1,100", "1.10", "100", "250"],
    ]


def test_two_plots(tmp_path: Path) -> None:
    draw(ROWS, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["growth_memory.png", "growth_time.png"]


def test_a_run_sees_as_many_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_afresh(*settings: str, data: str) -> dict[str, Any]:
        assert settings == ("preset=fast",)
        assert len(list(Path(data).glob("*/*.jpg"))) == 8
        return {"wall_seconds": 5.0, "nodes": {"A": 2.0}, "accuracy": 0.3}

    monkeypatch.setattr(growth, "run_afresh", run_afresh)
    row = measured(tmp_path, 8, ("preset=fast",))
    assert row == {"wall_seconds": 5.0, "nodes": {"A": 2.0}, "peak_mib": 0}
