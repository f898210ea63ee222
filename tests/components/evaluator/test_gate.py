"""Every bound, and what is said where it does not hold."""

from typing import Any

import pytest

from components.answers import Answers
from components.evaluator.figures import figures_of
from components.evaluator.gate import Verdict, judge
from components.evaluator.slicing import slices_of
from pipeline.settings.evaluator import ThresholdConfig
from tests.components.evaluator.made import told

LABELS, ANSWERED = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1, 0, 2, 2, 2]
BASELINE = [0, 0, 0, 0, 1, 1, 1, 2, 0, 3]
SITES = ["north"] * 5 + ["south"] * 5
ANSWERS = told(LABELS, ANSWERED, site=SITES)
COMPARED = told(LABELS, ANSWERED, site=SITES, baseline=BASELINE)  # type: ignore[arg-type]


def verdicts_of(answers: Answers, **gate: Any) -> list[Verdict]:
    slices = slices_of(answers, [("site",), ("label", "site")])
    figures = {name: figures_of(each) for name, each in slices.items()}
    return judge([ThresholdConfig(**gate)], slices, figures)


def verdict_of(answers: Answers, **gate: Any) -> Verdict:
    (verdict,) = verdicts_of(answers, **gate)
    return verdict


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ({"metric": "accuracy", "at_least": 0.9}, "accuracy on overall is 0.8000, must be at least 0.9000"),
        (
            {"metric": "accuracy", "at_least": 0.9, "slice": "site=north"},
            "accuracy on site=north is 0.8000, must be at least 0.9000",
        ),
        (
            {"metric": "recall", "label": "b", "at_least": 0.7},
            "recall of b on overall is 0.6667, must be at least 0.7000",
        ),
        (
            {"metric": "recall", "label": "b", "at_least": 0.7, "slice": "site=south"},
            "recall of b on site=south is 0.5000, must be at least 0.7000",
        ),
        ({"metric": "log_loss", "at_most": 0.5}, "log_loss on overall is 0.7514, must be at most 0.5000"),
        ({"metric": "ece", "at_most": 0.1}, "ece on overall is 0.2239, must be at most 0.1000"),
    ],
)
def test_bound_that_does_not_hold(gate: dict[str, Any], reason: str) -> None:
    verdict = verdict_of(ANSWERS, **gate)
    assert (verdict.state, verdict.reason) == ("failed", reason)
    assert verdict.value == pytest.approx(float(reason.split(" is ")[1].split(",")[0]), abs=5e-5)


@pytest.mark.parametrize(
    "gate",
    [
        {"metric": "accuracy", "at_least": 0.8},
        {"metric": "recall", "label": "c", "at_least": 1},
        {"metric": "macro_f1", "at_least": 0.8},
        {"metric": "ece", "at_most": 0.23},
        {"metric": "auc", "label": "c", "at_least": 1},
        {"metric": "accuracy", "max_drop": 0},
    ],
)
def test_bound_that_holds(gate: dict[str, Any]) -> None:
    verdict = verdict_of(ANSWERS, **gate)
    assert (verdict.state, verdict.reason, verdict.pictures) == ("held", "", ())


def test_verdict_has_value_interval_support_and_pictures() -> None:
    verdict = verdict_of(ANSWERS, metric="recall", label="b", at_least=0.7)
    assert verdict.examples == 3
    low, high = verdict.interval or (0, 0)
    assert low < 2 / 3 < high
    assert verdict.pictures == (
        {"path": "6.jpg", "label": "b", "answer": "a", "probability": pytest.approx(0.576, abs=1e-3)},
    )
    everywhere = verdict_of(ANSWERS, metric="accuracy", at_least=1, slice="site=south")
    assert [each["path"] for each in everywhere.pictures] == ["6.jpg"]


@pytest.mark.parametrize(
    ("gate", "baseline", "drop"),
    [
        ({"metric": "accuracy"}, 0.8, 0.0),
        ({"metric": "recall", "label": "b"}, 1.0, 1 / 3),
        ({"metric": "recall", "label": "c"}, 1 / 3, -2 / 3),
        ({"metric": "accuracy", "slice": "site=north"}, 1.0, 0.2),
    ],
)
def test_drop_against_the_last_blessed_model(gate: dict[str, Any], baseline: float, drop: float) -> None:
    for allowed in (0.0, 0.2, 0.5):
        verdict = verdict_of(COMPARED, **gate, max_drop=allowed)
        assert verdict.state == ("failed" if drop > allowed + 1e-9 else "held")
        assert verdict.baseline == pytest.approx(baseline)
        if verdict.state == "failed":
            assert f"{drop:.4f} below the last blessed model's {baseline:.4f}" in verdict.reason
            assert f"more than the {allowed:.4f} that it may drop" in verdict.reason


def test_drop_names_what_was_lost_and_not_what_was_wrong_before() -> None:
    answers = told([0, 0, 0], [1, 1, 0], site=["n"] * 3, baseline=[1, 0, 0])  # type: ignore[arg-type]
    verdict = verdict_of(answers, metric="accuracy", max_drop=0.1)
    assert [each["path"] for each in verdict.pictures] == ["1.jpg"]


def test_a_drop_by_just_as_much_is_allowed() -> None:
    labels = [0] * 100
    baseline, answered = [int(row < 10) for row in range(100)], [int(row < 11) for row in range(100)]
    answers = told(labels, answered, baseline=baseline)  # type: ignore[arg-type]
    slices = slices_of(answers, [])
    figures = {name: figures_of(each) for name, each in slices.items()}
    (verdict,) = judge([ThresholdConfig(metric="accuracy", max_drop=0.01)], slices, figures)
    assert verdict.state == "held"


def test_too_few_pictures_are_not_judged() -> None:
    gate = {"metric": "recall", "label": "b", "at_least": 1, "slice": "site=south"}
    assert verdict_of(ANSWERS, **gate, min_examples=2).state == "failed"
    verdict = verdict_of(ANSWERS, **gate, min_examples=3)
    assert verdict.state == "not_judged"
    assert verdict.reason == "recall of b on site=south was not judged: 2 pictures, min_examples is 3"
    nowhere = verdict_of(ANSWERS, metric="accuracy", at_least=0, slice="site=west", min_examples=1)
    assert nowhere.state == "not_judged"


def test_slice_without_pictures_fails() -> None:
    verdict = verdict_of(ANSWERS, metric="accuracy", at_least=0, slice="site=west")
    assert verdict.state == "failed"
    assert verdict.reason == "no test picture lies in slice site=west, which has a threshold"


@pytest.mark.parametrize("rule", ["at_least", "max_drop"])
def test_class_without_pictures_fails(rule: str) -> None:
    verdict = verdict_of(COMPARED, metric="recall", label="c", slice="site=north", **{rule: 0})
    assert verdict.state == "failed"
    assert verdict.reason == "no test picture of class c lies in slice site=north, which has a threshold"


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        ({"metric": "auc", "at_least": 0, "slice": "label=c,site=south"}, "it takes pictures of two classes"),
        ({"metric": "top_3", "at_least": 0}, "the model knows no more than 3 classes"),
        ({"metric": "log_loss", "at_most": 9, "slice": "label=b,site=north"}, "it takes two pictures"),
    ],
)
def test_what_has_no_value_fails_and_says_why(gate: dict[str, Any], why: str) -> None:
    verdict = verdict_of(ANSWERS, **gate)
    assert verdict.state == "failed"
    assert f"cannot be judged: {why}" in verdict.reason


def test_class_that_the_model_does_not_know_counts_its_pictures() -> None:
    gate = {"metric": "recall", "label": "?", "at_least": 0.5}
    verdict = verdict_of(told([0, 3, 3], [0, 1, 1], site=["n", "n", "n"]), **gate, min_examples=2)
    assert (verdict.state, verdict.examples) == ("failed", 2)
    assert verdict.reason == "recall of ? on overall cannot be judged: the model does not know class ?"


@pytest.mark.parametrize(("classes", "right", "bound"), [(3, 7, 0.7), (2, 9, 0.9), (7, 3, 0.3)])
def test_a_mean_that_reaches_its_bound_holds(classes: int, right: int, bound: float) -> None:
    labels = [place for place in range(classes) for _ in range(10)]
    answered = [
        place if row < right else (place + 1) % classes for place in range(classes) for row in range(10)
    ]
    answers = told(labels, answered, classes)
    slices = slices_of(answers, [])
    figures = {name: figures_of(each) for name, each in slices.items()}
    gate = ThresholdConfig(metric="macro_recall", at_least=bound)
    assert [verdict.state for verdict in judge([gate], slices, figures)] == ["held"]


def test_slice_is_found_in_any_order_of_columns() -> None:
    for name in ("label=a,site=north", "site=north,label=a"):
        verdict = verdict_of(ANSWERS, metric="accuracy", at_least=1, slice=name)
        assert (verdict.slice, verdict.value) == ("label=a,site=north", 0.75)


def test_gate_with_two_bounds_has_two_verdicts() -> None:
    rules = [verdict.rule for verdict in verdicts_of(COMPARED, metric="accuracy", at_least=0.5, max_drop=0)]
    assert rules == ["at_least", "max_drop"]
