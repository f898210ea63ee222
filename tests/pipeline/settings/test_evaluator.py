"""Slices and gates: legal ones, and what is said of the others."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.settings.evaluator import EvaluatorConfig, ThresholdConfig


@pytest.mark.parametrize(
    "gate",
    [
        {"metric": "accuracy", "at_least": 0.5},
        {"metric": "macro_f1", "at_least": 0.5, "max_drop": 0.1, "min_examples": 30},
        {"metric": "recall", "label": "cat", "max_drop": 0},
        {"metric": "auc", "at_least": 0.9},
        {"metric": "auc", "label": "cat", "at_least": 0.9},
        {"metric": "log_loss", "at_most": 2.5},
        {"metric": "ece", "at_most": 0},
        {"metric": "top_3", "at_least": 1},
    ],
)
def test_threshold_legal(gate: dict[str, Any]) -> None:
    threshold = ThresholdConfig.model_validate(gate)
    assert threshold.model_dump(exclude_defaults=True) == gate


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ({"metric": "precison", "at_least": 0.5}, "'precision'"),
        ({"metric": "accuracy"}, "accuracy needs a bound: at_least, at_most or max_drop"),
        ({"metric": "accuracy", "at_most": 0.5}, "at_most is for log_loss, ece, at_least for all others"),
        ({"metric": "ece", "at_least": 0.5}, "at_most is for log_loss, ece"),
        ({"metric": "recall", "at_least": 0.5}, "recall is a class's own: set label to that class"),
        (
            {"metric": "accuracy", "label": "cat", "at_least": 0.5},
            "no class's own: leave label out, or make it recall",
        ),
        ({"metric": "auc", "max_drop": 0.5}, "max_drop compares answers, and auc is made of probabilities"),
        ({"metric": "accuracy", "at_least": 1.1}, "at_least"),
        ({"metric": "log_loss", "at_most": -1}, "at_most"),
        ({"metric": "accuracy", "at_least": 0, "min_examples": -1}, "min_examples"),
    ],
)
def test_threshold_illegal(gate: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ThresholdConfig.model_validate(gate)


@pytest.mark.parametrize("drop", [-0.01, 1.01, float("nan"), None, "much"])
def test_accuracy_drop_illegal(drop: Any) -> None:
    with pytest.raises(ValidationError, match="max_accuracy_drop"):
        EvaluatorConfig(max_accuracy_drop=drop)


def test_gates_are_the_thresholds_and_the_accuracy_that_may_be_lost() -> None:
    threshold = ThresholdConfig(metric="macro_f1", at_least=0.7)
    config = EvaluatorConfig(thresholds=(threshold,), max_accuracy_drop=0.03)
    assert config.gates() == [threshold, ThresholdConfig(metric="accuracy", max_drop=0.03)]


@pytest.mark.parametrize(
    ("slice_name", "values"),
    [
        ("overall", {}),
        ("cell_type=mono", {"cell_type": "mono"}),
        ("a=x,b=y", {"a": "x", "b": "y"}),
        ("place=Rome, Italy,b=y", {"place": "Rome, Italy", "b": "y"}),
    ],
)
def test_threshold_names_its_slice(slice_name: str, values: dict[str, str]) -> None:
    assert ThresholdConfig(metric="accuracy", at_least=0.5, slice=slice_name).values() == values


def test_columns_of_slices_and_thresholds() -> None:
    threshold = ThresholdConfig(metric="accuracy", at_least=0.5, slice="eye=left")
    config = EvaluatorConfig(slices=("camera", ("eye", "camera")), thresholds=(threshold,))
    assert config.crossings() == [("camera",), ("camera", "eye"), ("eye",)]
    assert config.columns() == ["camera", "eye"]
