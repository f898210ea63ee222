"""Every figure is scikit-learn's on the same answers, and none is ever NaN."""

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
    top_k_accuracy_score,
)

from components.answers import Answers
from components.evaluator.figures import figures_of
from tests.components.evaluator.made import answers_of, drawn


@st.composite
def made(draw: st.DrawFn) -> Answers:
    """Absent classes, slices of one picture, equal probabilities, classes that the model does not know."""
    classes, count = draw(st.integers(2, 8)), draw(st.integers(1, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    logits = generator.normal(size=(count, classes)).round(draw(st.sampled_from([0, 1, 6])))
    held = draw(st.lists(st.integers(0, classes), min_size=1, max_size=classes))
    return answers_of(
        generator.choice(held, count), softmax(logits * draw(st.sampled_from([0, 1, 30])), axis=1)
    )


def check(answers: Answers, figures: dict[str, Any]) -> None:
    """Holds all figures against scikit-learn's."""
    every, labels, answered = list(range(len(answers.names))), answers.labels, answers.answered
    seen = sorted({*labels.tolist(), *answered.tolist()} & {*every})
    assert figures["examples"] == len(answers)
    assert figures["accuracy"] == pytest.approx(accuracy_score(labels, answered), abs=1e-6)
    by_class = precision_recall_fscore_support(labels, answered, labels=every, zero_division=0)
    for place, name in enumerate(answers.names):
        for score, values in zip(("precision", "recall", "f1", "support"), by_class, strict=True):
            assert figures["per_class"][name][score] == pytest.approx(values[place], abs=1e-6)
    for average in ("macro", "weighted"):
        means = precision_recall_fscore_support(
            labels, answered, labels=seen, average=average, zero_division=0
        )
        for score, value in zip(("precision", "recall", "f1"), means, strict=False):
            assert figures[f"{average}_{score}"] == pytest.approx(value, abs=1e-6)
    areas = {
        name: roc_auc_score(labels == place, answers.probabilities[:, place])
        for place, name in enumerate(answers.names)
        if len({*(labels == place)}) == 2
    }
    for name in answers.names:
        assert figures["per_class"][name].get("auc") == pytest.approx(areas.get(name), abs=1e-6)
    assert figures.get("auc") == pytest.approx(np.mean([*areas.values()]) if areas else None, abs=1e-6)
    known = labels < len(answers.names)
    if known.sum() > 1:
        chances = answers.probabilities[known].astype(np.float64).clip(np.finfo(np.float32).eps, 1)
        assert figures["log_loss"] == pytest.approx(log_loss(labels[known], chances, labels=every), abs=1e-6)
    assert figures["calibration"]["ece"] == pytest.approx(_calibration_error(answers), abs=1e-6)


def _calibration_error(answers: Answers) -> float:
    """Equation 3 of Guo et al. (2017), bin by bin of fifteen, each without its lower end."""
    sureness = answers.probabilities.max(axis=1).astype(np.float64).clip(0, 1)
    is_right, error = answers.probabilities.argmax(axis=1) == answers.labels, 0.0
    for low, high in pairwise(np.linspace(0, 1, 16)):
        inside = (sureness > low) & (sureness <= high)
        if inside.any():
            error += inside.mean() * abs(is_right[inside].mean() - sureness[inside].mean())
    return error


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list | tuple):
        return [number for each in value for number in _numbers(each)]
    return [value]


@given(answers=made())
@settings(max_examples=60, deadline=None)
def test_figures_are_scikit_learns(answers: Answers) -> None:
    figures = figures_of(answers)
    check(answers, figures)
    assert all(math.isfinite(number) for number in _numbers(figures))
    for name, (low, high) in figures["intervals"].items():
        assert low <= high, name
    json.dumps(figures, allow_nan=False)


def test_figures_of_a_hundred_classes() -> None:
    answers = drawn(np.random.default_rng(4), 3000, 100)
    figures = figures_of(answers)
    check(answers, figures)
    for top in (3, 5):
        expected = top_k_accuracy_score(answers.labels, answers.probabilities, k=top, labels=range(100))
        assert figures[f"top_{top}"] == pytest.approx(expected, abs=1e-6)
        low, high = figures["intervals"][f"top_{top}"]
        assert low < expected < high


@pytest.mark.parametrize(("classes", "expected"), [(2, []), (3, []), (4, ["top_3"]), (6, ["top_3", "top_5"])])
def test_top_of_as_many_classes_says_nothing(classes: int, expected: list[str]) -> None:
    figures = figures_of(drawn(np.random.default_rng(0), 20, classes))
    assert [name for name in figures if name.startswith("top_")] == expected


def test_confusion_and_unknown_classes() -> None:
    answers = answers_of([0, 1, 1, 2], np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]))
    figures = figures_of(answers)
    assert figures["confusion"] == [[1, 0], [1, 1]]
    assert figures["unknown"] == 1
    assert figures["accuracy"] == 0.5
    assert figures["per_class"]["a"]["precision"] == pytest.approx(1 / 3)


def test_most_values_lie_inside_their_intervals() -> None:
    figures = figures_of(drawn(np.random.default_rng(2), 300, 4))
    for name, (low, high) in figures["intervals"].items():
        assert low < figures[name] < high, name
    for scores in figures["per_class"].values():
        for name, (low, high) in scores["intervals"].items():
            assert low < scores[name] < high, name


def test_temperature_is_undone_for_what_was_before() -> None:
    answers = drawn(np.random.default_rng(3), 400, 3, sureness=0.5)
    found = figures_of(answers, temperature=2.0)["calibration"]
    assert found["temperature"] == 2
    assert found["ece_uncalibrated"] < found["ece"]  # before, it said what it meant
    assert sum(each["count"] for each in found["bins"]) == 400
