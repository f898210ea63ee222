"""The end of a run in the terminal: data, phases, slices, verdict."""

import io
from typing import Any

import pytest
from rich.console import Console

from pipeline.runners.report_text import class_table, print_summary, slice_table, verdict

CLASS_SCORES = ["precision", "recall", "F1"]


def _scores(examples: int, accuracy: float, confusion: list[list[int]]) -> dict[str, Any]:
    return {
        "examples": examples,
        "accuracy": accuracy,
        "macro_precision": accuracy - 0.01,
        "macro_recall": accuracy - 0.02,
        "macro_f1": accuracy - 0.05,
        "per_class": {
            label: {"precision": 0.9, "recall": 0.8, "f1": 0.84706, "support": sum(row)}
            for label, row in zip(("good", "[worn]"), confusion, strict=True)
        },
        "confusion": confusion,
    }


def _summary(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": "2024-05-01-1",
        "status": "pushed",
        "data": {
            "splits": {"train": 70, "eval": 10, "test": 20},
            "classes": ["good", "[worn]"],
            "quarantined": 0,
            "quarantine": [],
        },
        "training": [{"name": "head", "epochs": 12, "eval_accuracy": 0.81236}],
        "evaluation": {
            "split": "test",
            "labels": ["good", "[worn]"],
            **_scores(20, 0.85, [[13, 2], [1, 4]]),
            "slices": {
                "cell_type=mono": _scores(8, 0.75, [[6, 2], [0, 0]]),
                "label=good": _scores(15, 0.9, [[13, 2], [0, 0]]),
            },
        },
        "blessing": {"blessed": True, "reasons": []},
        "model": {"pushed_to": "serving/cells/1700000000"},
        "wall_seconds": 63.21,
        "overhead_seconds": 4.56,
        "peak_rss_mib": 2345.6,
        **changes,
    }


def text_of(summary: dict[str, Any]) -> str:
    console = Console(record=True, force_terminal=True, width=100, file=io.StringIO())
    print_summary(summary, console)
    return console.export_text()


def line_with(text: str, word: str) -> str:
    (line,) = [line for line in text.splitlines() if word in line]
    return line


def test_print_summary_data_and_phases() -> None:
    text = text_of(_summary())
    assert "70 train, 10 eval, 20 test; classes: good, [worn]" in text
    assert "phase head: 12 epochs, accuracy on eval 0.8124" in text
    assert "set aside" not in text


def test_print_summary_slices() -> None:
    text = text_of(_summary())
    assert "test split" in text
    assert line_with(text, "overall").split() == ["overall", "20", "0.8500", "0.8400", "0.8300", "0.8000"]
    mono = line_with(text, "cell_type=mono").split()
    assert mono == ["cell_type=mono", "8", "0.7500", "0.7400", "0.7300", "0.7000"]
    assert "label=good" not in text


def test_print_summary_classes_and_what_they_were_taken_for() -> None:
    lines = text_of(_summary()).splitlines()
    (head,) = [place for place, line in enumerate(lines) if "as good" in line]
    assert lines[head].split() == ["class", "pictures", *CLASS_SCORES, "as", "good", "as", "[worn]"]
    assert lines[head + 1].split() == ["good", "15", "0.9000", "0.8000", "0.8471", "13", "2"]
    assert lines[head + 2].split() == ["[worn]", "5", "0.9000", "0.8000", "0.8471", "1", "4"]


@pytest.mark.parametrize(("classes", "is_shown"), [(2, True), (6, True), (7, False), (40, False)])
def test_class_table_shows_confusion_while_it_fits(classes: int, is_shown: bool) -> None:
    labels = [f"kind{place}" for place in range(classes)]
    scores = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 3}
    confusion = [[0] * classes for _ in labels]
    table = class_table(
        {"labels": labels, "per_class": dict.fromkeys(labels, scores), "confusion": confusion}
    )
    assert table.row_count == classes
    assert len(table.columns) == 5 + (classes if is_shown else 0)


def test_print_summary_verdict_pushed() -> None:
    assert line_with(text_of(_summary()), "pushed") == "pushed serving/cells/1700000000"


def test_print_summary_verdict_not_blessed() -> None:
    reasons = ["accuracy on overall is 0.40", "no picture in [b]"]
    text = text_of(_summary(status="not_blessed", blessing={"blessed": False, "reasons": reasons}))
    assert "not blessed, nothing pushed: accuracy on overall is 0.40; no picture in [b]" in text


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_print_summary_of_a_run_that_did_not_get_there(status: str) -> None:
    text = text_of(_summary(status=status, data={}, training=[], evaluation={}, blessing={}))
    assert status in text.splitlines()[1]
    assert "split" not in text and "phase" not in text


def test_print_summary_costs() -> None:
    text = " ".join(text_of(_summary()).split())
    assert "63.2 s, of which 4.6 s outside of the nodes; peak memory 2,346 MiB; run 2024-05-01-1" in text


@pytest.mark.parametrize(("count", "is_cut"), [(1, False), (5, False), (6, True), (40, True)])
def test_print_summary_quarantine(count: int, is_cut: bool) -> None:
    data = _summary()["data"] | {
        "quarantined": count,
        "quarantine": [{"path": f"good/{place}.jpg", "reason": "truncated [1]"} for place in range(count)],
    }
    text = text_of(_summary(data=data))
    assert f"{count} files set aside:" in text
    assert text.count("truncated [1]") == min(count, 5)
    assert "'good/0.jpg': truncated [1]" in text
    assert ("all of them in summary.json" in text) == is_cut


@pytest.mark.parametrize("name", ["[bold]", "head[0]", "[/]", "a [red]b"])
def test_print_summary_phase_name_is_no_markup(name: str) -> None:
    text = text_of(_summary(training=[{"name": name, "epochs": 1, "eval_accuracy": 0.5}]))
    assert f"phase {name}: 1 epochs, accuracy on eval 0.5000" in text


def test_slice_table_leaves_the_classes_out() -> None:
    assert slice_table(_summary()["evaluation"]).row_count == 2


def test_verdict_other_status() -> None:
    assert verdict(_summary(status="stopped")).plain == "stopped"
