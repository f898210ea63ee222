"""The end of a run in the terminal: data, phases, verdict, and why."""

from typing import Any

import pytest

from pipeline.runners.report_text import verdict
from tests.pipeline.runners.ended import BLESSED, REASONS, line_with, not_blessed, summary, text_of


def test_print_summary_data_and_phases() -> None:
    text = text_of(summary())
    assert text.splitlines()[2].split()[:3] == ["[worn]", "77", "60"]
    assert "phase head: 12 epochs, accuracy on eval 0.8124" in text
    assert "set aside" not in text


def test_print_summary_names_the_worst_slices() -> None:
    worst = [{"slice": "site=[a]", "is_below": True}, {"slice": "site=b", "is_below": False}]
    text = text_of(summary(evaluation={**summary()["evaluation"], "worst_slices": worst}))
    assert "worse than the whole by more than chance explains: site=[a]\n" in text


def test_print_summary_verdict_pushed() -> None:
    assert line_with(text_of(summary()), "pushed") == "pushed serving/cells/1700000000"


def test_print_summary_says_how_well_other_formats_agree() -> None:
    exports = [{"format": "onnx", "bytes": 13_463_582, "pictures": 40, "agreement": 0.975}]
    exports[0]["largest_difference"] = 0.0123
    expected = "13.5 MB: the model's label for 39 of 40 pictures of test, probabilities within 0.01"
    assert line_with(text_of(summary(exports=exports)), "onnx") == f"onnx, {expected}"


def test_print_summary_says_why_in_figures_and_pictures() -> None:
    text = text_of(not_blessed(), width=120)
    expected = "recall of [worn] on cell_type=[poly] 0.9000 0.810 to 0.950 at least 0.9900 40"
    assert line_with(text, "recall of [worn]").split() == expected.split()
    expected = "accuracy on overall 0.8579 max drop 0.0100 0.8900 400"
    assert line_with(text, "max drop 0").split() == expected.split()
    narrow = text_of(not_blessed(), width=80)
    assert "0.9000  0.810 to 0.950  at least 0.9900                      40" in narrow
    lines = text.splitlines()
    head = lines.index("its surest mistakes there:")
    assert lines[head + 1 : head + 4] == [
        "  b.png: good, taken for [worn] at 0.980",
        "  a/[1].png: good, taken for [worn] at 0.710",
        "  0.png: good, taken for [worn] at 0.500",
    ]
    assert lines[head + 6 : head + 8] == ["", "recall of x: 2"]


def test_what_was_not_judged_is_told_of_a_blessed_model_too() -> None:
    text = text_of(summary(blessing={**BLESSED, "not_judged": ["recall of x: 2"]}))
    assert "recall of x: 2\n" in text
    assert "did not hold" not in text


def test_print_summary_verdict_not_blessed() -> None:
    lines = text_of(not_blessed(), width=200).splitlines()
    (head,) = [place for place, line in enumerate(lines) if line == "not blessed, nothing pushed:"]
    assert lines[head + 1 : head + 3] == [f"  {reason}" for reason in REASONS]


def test_reasons_break_between_words_on_a_screen_and_not_at_all_in_a_pipe() -> None:
    assert "more than \nmax_accuracy_drop = 0.01 allows\n" in text_of(not_blessed(), width=80)
    assert f"  {REASONS[1]}\n" in text_of(not_blessed(), width=80, is_terminal=False)


def test_path_of_a_pushed_model_is_never_broken() -> None:
    path = "/home/" + "long name/" * 20
    assert f"pushed {path}\n" in text_of(summary(model={"pushed_to": path}), width=80)


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_print_summary_of_a_run_that_did_not_get_there(status: str) -> None:
    text = text_of(summary(status=status, data={}, training=[], evaluation={}, blessing={}))
    assert status in text.splitlines()[1]
    assert "split" not in text and "phase" not in text


def test_print_summary_costs() -> None:
    lines = text_of(summary(run_id="20240501-120000-002", wall_seconds=86_400.0), width=80).splitlines()
    assert lines[-2:] == [
        "86400.0 s, of which 4.6 s outside of the nodes; peak memory 2,346 MiB",
        "run 20240501-120000-002",
    ]


@pytest.mark.parametrize("name", ["[bold]", "head[0]", "[/]", "a [red]b"])
def test_print_summary_phase_name_is_no_markup(name: str) -> None:
    text = text_of(summary(training=[{"name": name, "epochs": 1, "eval_accuracy": 0.5}]))
    assert f"phase {name}: 1 epochs, accuracy on eval 0.5000" in text


@pytest.mark.parametrize(
    ("status", "blessing", "text"),
    [
        ("stopped", {}, "stopped"),
        ("stopped", BLESSED, "blessed, but stopped before it was pushed"),
        ("failed", BLESSED, "blessed, but failed before it was pushed"),
        ("failed", {"blessed": False, "reasons": ["a"]}, "failed"),
    ],
)
def test_verdict_of_a_run_that_did_not_come_to_its_end(
    status: str, blessing: dict[str, Any], text: str
) -> None:
    assert verdict(summary(status=status, blessing=blessing)).plain == text


@pytest.mark.parametrize(
    ("count", "head", "is_cut"),
    [(1, "1 anomaly", False), (5, "5 anomalies", False), (6, "6 anomalies", True)],
)
def test_print_summary_anomalies(count: int, head: str, is_cut: bool) -> None:
    anomaly = {"split": "eval", "feature": "label", "severity": "error", "kind": "skew", "text": "far [off]"}
    counts = {"train": {"good": 70}, "eval": {"good": 10}, "test": {"good": 20}}
    data = {"counts": counts, "findings": [], "quarantined": 0, "anomalies": [anomaly] * count}
    text = text_of(summary(data=data))
    assert f"{head} in the data:" in text
    assert text.count("  error: eval: label: far [off]") == min(count, 5)
    assert ("all of them in summary.json" in text) == is_cut


def test_print_summary_names_the_surest_suspect() -> None:
    surest = {"path": "good/[1].jpg", "label": "good", "suggested": "[worn]"}
    shown = text_of(summary(label_check={"judged": 1200, "suspects": 3, "first": [surest]}))
    assert "3 of 1,200 labels look wrong: good/[1].jpg is `good`, looks like `[worn]`" in shown
    assert "labels look wrong" not in text_of(summary(label_check={"judged": 9, "suspects": 0, "first": []}))
