"""Each bound names the pictures that cost it, and no others; the surest first."""

from typing import Any

import numpy as np
import pytest

from components.answers import Answers
from components.evaluator.costly import costly
from pipeline.settings.evaluator import ThresholdConfig
from tests.components.evaluator.made import answers_of

NAMES = ("cat", "dog", "cow")
#                  label    answer   baseline  sureness
PICTURES = {
    "right":      ("cat",   "cat",   "cat",    0.99),
    "missed":     ("cat",   "dog",   "dog",    0.70),
    "lost":       ("cat",   "dog",   "cat",    0.60),
    "taken":      ("dog",   "cat",   "cat",    0.95),
    "newly":      ("dog",   "cat",   "dog",    0.80),
    "from cow":   ("dog",   "cat",   "cow",    0.75),
    "elsewhere":  ("cow",   "dog",   "cow",    0.90),
    "unknown":    ("?",     "cow",   "?",      0.65),
    "won":        ("cow",   "cow",   "cat",    0.85),
}  # fmt: skip


def _answers() -> Answers:
    """Those pictures; `?` is a class that the model does not know."""
    places = {name: place for place, name in enumerate((*NAMES, "?"))}
    labels, answered, baseline, sureness = zip(*PICTURES.values(), strict=True)
    chances = np.stack([np.full(3, (1 - sure) / 2) for sure in sureness])
    for row, (answer, sure) in enumerate(zip(answered, sureness, strict=True)):
        chances[row, places[answer]] = sure
    made = answers_of([places[each] for each in labels], chances, NAMES, [places[each] for each in baseline])
    made.paths[:] = list(PICTURES)
    return made


def found(answers: Answers, is_drop: bool = False, **gate: Any) -> list[str]:
    rule = {"at_most" if gate["metric"] in ("log_loss", "ece") else "at_least": 0.9}
    rule = {"max_drop": 0.01} if is_drop else rule
    return [each["path"] for each in costly(answers, ThresholdConfig(**gate, **rule), is_drop)]


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ({"metric": "recall", "label": "cat"}, ["missed", "lost"]),
        ({"metric": "precision", "label": "cat"}, ["taken", "newly", "from cow"]),
        ({"metric": "f1", "label": "cat"}, ["taken", "newly", "from cow", "missed", "lost"]),
        ({"metric": "auc", "label": "cow"}, ["elsewhere", "unknown"]),
    ],
)
def test_of_a_class_the_mistakes_that_its_metric_counts(gate: dict[str, Any], expected: list[str]) -> None:
    assert found(_answers(), **gate) == expected


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "log_loss", "ece"])
def test_of_the_whole_all_mistakes(metric: str) -> None:
    every = ["taken", "elsewhere", "newly", "from cow", "missed", "unknown", "lost"]
    assert found(_answers(), metric=metric) == every


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ({"metric": "accuracy"}, ["elsewhere", "newly", "lost"]),
        ({"metric": "recall", "label": "cat"}, ["lost"]),
        ({"metric": "precision", "label": "cat"}, ["newly", "from cow", "lost"]),
        ({"metric": "f1", "label": "cat"}, ["newly", "from cow", "lost"]),
    ],
)
def test_of_a_drop_what_was_right_before(gate: dict[str, Any], expected: list[str]) -> None:
    assert found(_answers(), is_drop=True, **gate) == expected


def test_of_the_top_those_whose_class_is_not_among_them() -> None:
    chances = np.array(
        [
            [0.4, 0.3, 0.2, 0.1],
            [0.5, 0.3, 0.15, 0.05],
            [0.6, 0.2, 0.1, 0.1],  # of equal ones the first are taken
            [0.7, 0.1, 0.1, 0.1],
        ]
    )
    answers = answers_of([2, 3, 3, 2], chances)
    assert found(answers, metric="top_3") == ["2.jpg", "1.jpg"]


def test_what_is_told_of_a_picture_and_of_how_many() -> None:
    first = costly(_answers(), ThresholdConfig(metric="accuracy", at_least=1), is_drop=False)[0]
    assert first == {"path": "taken", "label": "dog", "answer": "cat", "probability": pytest.approx(0.95)}
    many = answers_of([1] * 30, np.tile([0.9, 0.1], (30, 1)))
    assert found(many, metric="accuracy") == [f"{row}.jpg" for row in range(12)]
