"""The end of a run in the terminal: data, phases, slices, verdict."""

import io
from typing import Any

import pytest
from rich.console import Console

from pipeline.runners.report_text import (
    calibration_line,
    class_table,
    print_summary,
    slice_table,
    verdict,
)

COUNTS = {"train": 60, "eval": 7, "test": 10}
CLASS_SCORES = ["precision", "recall", "F1"]
CALIBRATION = {"temperature": 0.8, "ece": 0.0312, "ece_uncalibrated": 0.0578, "band_95": [0.011, 0.0489]}


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
            "counts": {split: {"good": 10, "[worn]": count} for split, count in COUNTS.items()},
            "findings": [],
            "quarantined": 0,
            "quarantine": [],
            "anomalies": [],
        },
        "training": [{"name": "head", "epochs": 12, "eval_accuracy": 0.81236}],
        "evaluation": {
            "split": "test",
            "labels": ["good", "[worn]"],
            **_scores(20, 0.85, [[13, 2], [1, 4]]),
            "calibration": CALIBRATION,
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


def text_of(summary: dict[str, Any], width: int = 100, is_terminal: bool = True) -> str:
    console = Console(record=True, force_terminal=is_terminal, width=width, file=io.StringIO())
    print_summary(summary, console)
    return console.export_text()


def line_with(text: str, word: str) -> str:
    (line,) = [line for line in text.splitlines() if word in line]
    return line


def test_print_summary_data_and_phases() -> None:
    text = text_of(_summary())
    assert text.splitlines()[2].split()[:3] == ["[worn]", "77", "60"]
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


@pytest.mark.parametrize(
    ("temperature", "before"), [(0.8, ", 0.058 before scaling"), (2.0, ", 0.058 before scaling"), (1.0, "")]
)
def test_calibration_line(temperature: float, before: str) -> None:
    line = calibration_line({**CALIBRATION, "temperature": temperature}).plain
    chance = "a perfectly calibrated model would show up to 0.049"
    assert line == f"calibration: expected error 0.031{before}; {chance}"


def test_print_summary_calibration() -> None:
    assert line_with(text_of(_summary(), width=200), "calibration: expected error 0.031, 0.058 before")


def test_print_summary_verdict_pushed() -> None:
    assert line_with(text_of(_summary()), "pushed") == "pushed serving/cells/1700000000"


REASONS = [
    "accuracy on cell_type=[poly] is 0.9000, must be at least 0.9900",
    "accuracy on overall is 0.0321 below the last blessed model's, more than max_accuracy_drop = 0.01 allows",
]


def _not_blessed() -> dict[str, Any]:
    return _summary(status="not_blessed", blessing={"blessed": False, "reasons": REASONS})


def test_print_summary_verdict_not_blessed() -> None:
    lines = text_of(_not_blessed(), width=200).splitlines()
    (head,) = [place for place, line in enumerate(lines) if line == "not blessed, nothing pushed:"]
    assert lines[head + 1 : head + 3] == [f"  {reason}" for reason in REASONS]


def test_reasons_break_between_words_on_a_screen_and_not_at_all_in_a_pipe() -> None:
    assert "more than \nmax_accuracy_drop = 0.01 allows\n" in text_of(_not_blessed(), width=80)
    assert f"  {REASONS[1]}\n" in text_of(_not_blessed(), width=80, is_terminal=False)


def test_path_of_a_pushed_model_is_never_broken() -> None:
    path = "/home/" + "long name/" * 20
    assert f"pushed {path}\n" in text_of(_summary(model={"pushed_to": path}), width=80)


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_print_summary_of_a_run_that_did_not_get_there(status: str) -> None:
    text = text_of(_summary(status=status, data={}, training=[], evaluation={}, blessing={}))
    assert status in text.splitlines()[1]
    assert "split" not in text and "phase" not in text


def test_print_summary_costs() -> None:
    lines = text_of(_summary(run_id="20240501-120000-002", wall_seconds=86_400.0), width=80).splitlines()
    assert lines[-2:] == [
        "86400.0 s, of which 4.6 s outside of the nodes; peak memory 2,346 MiB",
        "run 20240501-120000-002",
    ]


@pytest.mark.parametrize("name", ["[bold]", "head[0]", "[/]", "a [red]b"])
def test_print_summary_phase_name_is_no_markup(name: str) -> None:
    text = text_of(_summary(training=[{"name": name, "epochs": 1, "eval_accuracy": 0.5}]))
    assert f"phase {name}: 1 epochs, accuracy on eval 0.5000" in text


def test_slice_table_leaves_the_classes_out_and_nothing_else() -> None:
    evaluation = _summary()["evaluation"]
    for name in ("label=gone", "label=good,site=north", "label=[worn]"):
        evaluation["slices"][name] = evaluation["slices"]["label=good"]
    text = _printed(slice_table(evaluation), width=80)
    assert [line.split()[0] for line in text.splitlines()[2:]] == [
        "overall",
        "cell_type=mono",
        "label=gone",
        "label=good,site=north",
    ]


def _printed(table: Any, width: int) -> str:
    console = Console(record=True, width=width, file=io.StringIO())
    console.print(table)
    return console.export_text()


LONG = ("functional and clean", "micro cracks", "snail trails", "delamination", "Z" * 70)


@pytest.mark.parametrize("width", [60, 80, 100, 400])
def test_tables_lose_no_figure_and_no_letter_where_the_screen_is_narrow(width: int) -> None:
    scores = {"precision": 0.1234, "recall": 1.0, "f1": 1.0, "support": 3}
    evaluation = {
        **_summary()["evaluation"],
        "labels": list(LONG),
        "per_class": dict.fromkeys(LONG, scores),
        "confusion": [[5678] * len(LONG)] * len(LONG),
        "slices": {
            "brightness_bucket=medium,cell_type=mono,size_bucket=medium": _scores(8, 0.75, [[0], [0]])
        },
    }
    text = text_of(_summary(evaluation=evaluation, data={}), width=width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    assert text.count("0.1234") == len(LONG)
    assert ("5678" in text) == (width == 400)
    (head,) = [line.split() for line in text.splitlines() if line.startswith(" class")]
    assert head[:5] == ["class", "pictures", *CLASS_SCORES]
    assert text.count("Z") == 70 * (2 if width == 400 else 1)
    assert text.splitlines()[-2].endswith("MiB")


@pytest.mark.parametrize(
    ("status", "blessing", "text"),
    [
        ("stopped", {}, "stopped"),
        ("stopped", {"blessed": True, "reasons": []}, "blessed, but stopped before it was pushed"),
        ("failed", {"blessed": True, "reasons": []}, "blessed, but failed before it was pushed"),
        ("failed", {"blessed": False, "reasons": ["a"]}, "failed"),
    ],
)
def test_verdict_of_a_run_that_did_not_come_to_its_end(
    status: str, blessing: dict[str, Any], text: str
) -> None:
    assert verdict(_summary(status=status, blessing=blessing)).plain == text


@pytest.mark.parametrize(
    ("count", "head", "is_cut"),
    [(1, "1 anomaly", False), (5, "5 anomalies", False), (6, "6 anomalies", True)],
)
def test_print_summary_anomalies(count: int, head: str, is_cut: bool) -> None:
    anomaly = {"split": "eval", "feature": "label", "severity": "error", "kind": "skew", "text": "far [off]"}
    counts = {"train": {"good": 70}, "eval": {"good": 10}, "test": {"good": 20}}
    data = {"counts": counts, "findings": [], "quarantined": 0, "anomalies": [anomaly] * count}
    text = text_of(_summary(data=data))
    assert f"{head} in the data:" in text
    assert text.count("  error: eval: label: far [off]") == min(count, 5)
    assert ("all of them in summary.json" in text) == is_cut
