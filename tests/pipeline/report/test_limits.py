"""Limits follow from data and figures, and from nothing else."""

from typing import Any

from pipeline.report.limits import limits_of


def summary(**changes: Any) -> dict[str, Any]:
    figures = {"recall": 1.0, "intervals": {"recall": [0.9, 1.0]}, "support": 500}
    evaluation = {
        "labels": ["a", "b"],
        "accuracy": 0.9,
        "slices": {},
        "worst_slices": [],
        "per_class": {"a": figures, "b": figures},
        "unknown": 0,
        "calibration": {"ece": 0.02, "band_95": [0.01, 0.03]},
        **changes,
    }
    return {"evaluation": evaluation, "data": {"counts": {"train": {"a": 900, "b": 900}}, "findings": []}}


def test_good_model_has_the_limits_that_all_have() -> None:
    scope, others = limits_of(summary())
    assert "one of its 2 classes whatever it is shown" in scope
    assert "was not measured" in others


def told(**changes: Any) -> list[str]:
    return limits_of(summary(**changes))[2:]


def test_slices_that_are_worse_or_small_are_named() -> None:
    worst = {"slice": "site=x", "examples": 80, "accuracy": 0.5, "interval": [0.4, 0.6], "is_below": True}
    below, small = told(
        worst_slices=[worst, {**worst, "is_below": False}], slices={"site=y": {"examples": 7}}
    )
    assert below.startswith("It is worse on site=x than on the whole by more than chance explains")
    assert small == "Little is known of slices with fewer than 50 test pictures: site=y."


def test_classes_that_are_missed_or_few_are_named() -> None:
    weak = {"recall": 0.25, "intervals": {"recall": [0.1, 0.4]}, "support": 20}
    missed, unsure = told(per_class={"b": weak})
    assert missed.startswith("Of its classes it misses b most often: 0.750 of 20 test pictures")
    assert unsure == "Fewer than 50 test pictures judge b: see the intervals."
    few = summary()
    few["data"]["counts"]["train"]["a"] = 12
    assert limits_of(few)[2] == "It learnt from fewer than 100 pictures of a."


def test_class_without_test_pictures_is_not_the_one_that_is_missed_most() -> None:
    figures = {"recall": 0.31, "intervals": {"recall": [0.2, 0.4]}, "support": 100}
    ghost = {"recall": 0.0, "intervals": {"recall": [0.0, 1.0]}, "support": 0}
    missed, unsure = told(per_class={"ghost": ghost, "a": figures})
    assert missed.startswith("Of its classes it misses a most often: 0.690 of 100 test pictures")
    assert unsure == "Fewer than 50 test pictures judge ghost: see the intervals."


def test_many_names_are_cut_and_counted() -> None:
    slices = {f"s={number}": {"examples": 1} for number in range(11)}
    assert told(slices=slices)[0].endswith("s=7 and 3 more.")


def test_probabilities_unknown_classes_and_findings() -> None:
    unknown, off = told(unknown=3, calibration={"ece": 0.2, "band_95": [0.01, 0.03]})
    assert unknown == "3 test pictures of classes that it never learnt count as missed."
    assert off.startswith("Its probabilities are off by 0.200 on average")
    found = summary()
    found["data"]["findings"] = [
        {"kind": "leak_near", "severity": "warning", "text": "4 sets in two splits"},
        {"kind": "near_copy", "severity": "info", "text": "9 pictures"},
    ]
    assert limits_of(found)[2:] == ["Found in its data (leak_near): 4 sets in two splits."]
