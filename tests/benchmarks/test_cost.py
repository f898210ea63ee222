"""Lines through what was measured, and what they say of many pictures."""

import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks import cost
from benchmarks.cost import STAGES, Line, fit, lines, measured, plan, rates, size, units
from pipeline.config_file import load_config

SHARES = {"train": 0.7, "eval": 0.1, "test": 0.2}
CONFIG = load_config(None, "pictures", ["augment.views=2"])


def _row(pictures: int) -> dict[str, Any]:
    """What a run leaves that takes 5 s of a core, and 10 ms and 100 bytes for each unit of work."""
    work = units(CONFIG, pictures, SHARES)
    return {
        "units": work,
        "shares": SHARES,
        "core_seconds": {stage: 5 + 0.01 * work[stage] for stage in STAGES},
        "bytes": {stage: 100 * work[stage] for stage in STAGES},
    }


ROWS = [_row(500), _row(2000)]


def test_units_are_those_that_each_stage_works_through() -> None:
    config = load_config(None, "pictures", ["augment.views=3", "trainer.test_time_views=flips"])
    work = units(config, 1000, SHARES)
    assert [work[stage] for stage in ("ImageExampleGen", "StatisticsGen", "Transform")] == [1000] * 3
    views_of_eval = 1 + len(config.test_time_views())
    assert views_of_eval > 1
    assert work["Augment"] == pytest.approx(700 * 3 + 100 * views_of_eval)
    assert work["Trainer"] == pytest.approx(
        700 * 6
    )  # the second phase has six epochs; the first trains a head
    assert work["Evaluator"] == pytest.approx(200)


def test_what_every_run_takes_is_told_from_what_a_picture_takes() -> None:
    for stage in STAGES:
        line = fit(ROWS, "core_seconds", stage)
        assert (line.fixed, line.each) == (pytest.approx(5), pytest.approx(0.01))


def test_nothing_is_cheaper_than_free() -> None:
    falling = [{"units": {"A": n}, "seconds": {"A": 10 - n}} for n in (1, 2)]
    assert fit(falling, "seconds", "A") == Line(pytest.approx(10), 0.0)


def test_one_size_is_no_line() -> None:
    with pytest.raises(ValueError, match="two sizes at least. Received: 1"):
        fit(ROWS[:1], "core_seconds", "Trainer")


def test_workers_share_all_but_the_trainer_which_has_one_machine() -> None:
    alone, shared = plan(ROWS, CONFIG, 1_000_000, 1, 2), plan(ROWS, CONFIG, 1_000_000, 10, 2)
    assert alone["Evaluator"][0] == pytest.approx((5 + 0.01 * 200_000) / 3600)
    assert shared["Evaluator"][0] == pytest.approx(alone["Evaluator"][0] / 10)
    assert shared["Trainer"] == alone["Trainer"]
    assert alone["Trainer"][0] == pytest.approx((5 + 0.01 * 700_000 * 6) / 2 / 3600)
    assert alone["ImageExampleGen"][1] == pytest.approx(0.1)


def test_tables_have_a_line_for_each_stage_and_each_plan() -> None:
    assert [line[0] for line in rates(ROWS)] == list(STAGES)
    assert rates(ROWS)[0] == ["ImageExampleGen", "5.0", "10.00", "100", "100"]
    table = lines(ROWS, CONFIG, [1000, 1_000_000], [1, 8], 2)
    assert [line[:2] for line in table] == [
        ["1,000", "1"],
        ["1,000", "8"],
        ["1,000,000", "1"],
        ["1,000,000", "8"],
    ]


def test_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "c").write_bytes(b"123")
    assert size(tmp_path) == 8


def test_a_run_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(workspace: Path, *settings: str, data: str) -> dict[str, Any]:
        assert len(list(Path(data).glob("*/*.jpg"))) == 10
        (workspace / "artifacts" / "Augment").mkdir(parents=True)
        (workspace / "artifacts" / "Augment" / "view").write_bytes(b"12345")
        nodes = [{"id": "Augment", "cpu_seconds": 3.0}, {"id": "Pusher", "cpu_seconds": 1.0}]
        return {"data": {"splits": {"train": 7, "eval": 1, "test": 2}}, "nodes": nodes}

    monkeypatch.setattr(cost, "run", run)
    row = measured(tmp_path, 10, ["augment.views=4"])
    assert row["pictures"] == 10
    assert row["shares"]["train"] == 0.7
    assert row["units"]["Augment"] == pytest.approx(7 * 4 + 1)
    assert row["core_seconds"] == {"Augment": 3.0}
    assert row["bytes"]["Augment"] == 5
