"""The benchmark of extraction: what becomes of its timings."""

from pathlib import Path

import pytest

from benchmarks.extraction import BARE, FORWARD, OURS, report, summarised, timed


def _turn(views: float, seconds: float, cpu_seconds: float) -> dict[str, float]:
    return {"views": views, "seconds": seconds, "cpu_seconds": cpu_seconds}


TIMINGS = {
    OURS: [_turn(100, 1.0, 1.5), _turn(100, 4.0, 2.0), _turn(100, 2.0, 4.0)],
    BARE: [_turn(90, 1.0, 1.0), _turn(90, 3.0, 2.0), _turn(90, 2.0, 3.0)],
    FORWARD: [_turn(32, 0.25, 0.4), _turn(32, 0.25, 0.4), _turn(32, 0.25, 0.4)],
}


def test_medians_of_turns_and_of_their_ratios() -> None:
    rows = summarised(TIMINGS)
    assert rows[OURS] == pytest.approx(
        {
            "views_per_second": 50,
            "of_the_bare_loop": 50 / 45,  # 1.11, 0.83 and 1.11
            "cores_busy": 1.5,
            "cpu_ms_per_view": 20,
        }
    )
    assert rows[BARE]["of_the_bare_loop"] == 1


def test_timed_counts_what_the_work_says() -> None:
    timing = timed(lambda: 7)
    assert timing["views"] == 7
    assert 0 < timing["seconds"] < 1


def test_report_prints_a_row_for_each_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(summarised(TIMINGS), "Views", tmp_path / "plot.png")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [OURS, BARE, FORWARD]
    assert [cell.strip() for cell in lines[2].split("|")[2:-1]] == ["50.0", "1.11", "0.62", "1.50", "20.0"]
    assert (tmp_path / "plot.png").stat().st_size
