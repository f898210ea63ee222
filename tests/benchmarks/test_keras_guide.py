"""Rows become the table's lines; each way is asked as it should be."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from benchmarks import keras_guide, results
from benchmarks.keras_guide import HASTENED, MEANT, WRITTEN, guide, lines, regressions, shares
from benchmarks.logistic import PLAIN, WAYS
from benchmarks.results import Row, Rows
from benchmarks.runs import parser
from benchmarks.splits import Plain


def row(accuracy: float, seconds: float, machine: str = "here") -> Row:
    about = {"accuracy": accuracy, "macro_f1": accuracy - 0.1}
    return {**about, "wall_seconds": seconds, "measured_on": machine}


@pytest.fixture
def arguments(tmp_path: Path) -> argparse.Namespace:
    parsed = parser("").parse_args(["--set", "data.share=0.5", "--set", "augment.views=1"])
    parsed.head_epochs, parsed.fine_tune_epochs = 3, 2
    return parsed


@pytest.fixture
def plain(tmp_path: Path, arguments: argparse.Namespace) -> Plain:
    written = Plain(tmp_path / "plain", arguments)
    written.__dict__["pictures"] = ["there"]
    return written


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    calls = []

    def measure(*call: str, **options: Any) -> dict[str, Any]:
        calls.append((*call, *map(str, options.values())))
        return {
            "accuracy": 0.8,
            "macro_f1": 0.7,
            "wall_seconds": 50,
            **{way: {"accuracy": 0.6, "seconds": 2} for way in WAYS},
        }

    monkeypatch.setattr(keras_guide, "measure", measure)
    monkeypatch.setattr(results, "machine_name", lambda: "here")
    return calls


def test_times_are_shares_of_the_better_guide() -> None:
    reached = {
        "fast": [row(0.80, 50), row(0.82, 70)],
        PLAIN: [row(0.79, 30)],
        WRITTEN: [row(0.7, 1000), row(0.7, 1000)],
        MEANT: [row(0.85, 600), row(0.85, 600)],
        HASTENED: [row(0.86, 300)],
    }
    assert lines(reached) == [
        ["fast", "0.8100 ± 0.0141", "0.7100 ± 0.0141", "60", "0.100 ± 0.024"],
        [PLAIN, "0.7900", "0.6900", "30", "0.050"],
        [WRITTEN, "0.7000 ± 0.0000", "0.6000 ± 0.0000", "1000", "1.667 ± 0.000"],
        [MEANT, "0.8500 ± 0.0000", "0.7500 ± 0.0000", "600", "1.000 ± 0.000"],
        [HASTENED, "0.8600", "0.7600", "300", "0.500"],
    ]


def test_times_are_compared_within_a_machine() -> None:
    reached = {
        "fast": [row(0.8, 50), row(0.8, 30, "there"), row(0.8, 7, "elsewhere")],
        MEANT: [row(0.8, 500), row(0.8, 100, "there")],
    }
    assert shares(reached["fast"], reached) == [0.1, 0.3]
    assert [line[3] for line in lines(reached)] == ["50 / 30 / 7", "500 / 100"]


def test_rows_that_were_measured_beside_other_work_have_no_times() -> None:
    busy = {**row(0.9, 5000), "is_timed": False}
    reached = {"fast": [row(0.8, 50), busy], MEANT: [row(0.7, 500), busy], HASTENED: [busy]}
    assert [line[3:] for line in lines(reached)] == [["50", "0.100"], ["500", "1.000"], ["", ""]]
    assert lines(reached)[0][1] == "0.8500 ± 0.0707", "what they reached counts"


def test_without_a_guide_there_is_nothing_to_compare_with() -> None:
    assert lines({"fast": [row(0.8, 50)]}) == [["fast", "0.8000", "0.7000", "50", ""]]


def test_guide_is_asked_once(
    asked: list[tuple[str, ...]], plain: Plain, arguments: argparse.Namespace, tmp_path: Path
) -> None:
    table = Rows("one", folder=tmp_path)
    assert guide(table, MEANT, 3, plain, arguments) == guide(table, MEANT, 3, plain, arguments)
    arguments.settings.append("trainer.dropout=0.1")
    guide(table, MEANT, 3, plain, arguments)
    (call,) = asked
    assert " ".join(call) == (
        f"benchmarks.guide_recipe {plain.folder} --head-epochs 3 --fine-tune-epochs 2 --seed 3 "
        "--freeze-batch-norm False"
    )
    guide(table, HASTENED, 3, plain, arguments)
    assert asked.pop()[-1] == "True"
    arguments.head_epochs = 4
    guide(table, MEANT, 3, plain, arguments)
    assert len(asked) == 2


def test_one_extraction_serves_every_regression(
    asked: list[tuple[str, ...]], plain: Plain, arguments: argparse.Namespace, tmp_path: Path
) -> None:
    rows = regressions(Rows("one", folder=tmp_path), plain, arguments)
    assert list(rows) == list(WAYS)
    for row in rows.values():
        assert row["wall_seconds"] == 50 - len(WAYS) * 2 + 2, "each with its own fit alone"
        assert (row["accuracy"], row["measured_on"]) == (0.6, "here")
    assert len(asked) == 1
