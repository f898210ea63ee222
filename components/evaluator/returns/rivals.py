"""What simpler policies would have earned on the same pictures: one action for all, a classifier's answers.

A classifier becomes a policy in four ways: its likeliest class, whatever that costs; the action of which it
expects the least cost; a person where it is less sure than a threshold; and, of two classes, the second where
its probability reaches a threshold. The thresholds are those that earn most on eval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_STEPS = 200
"""Thresholds that are tried, 0.005 apart."""
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Answered:
    """Some pictures, and what a classifier says of them.

    Attributes:
        labels: int64 [pictures], places in the cost table's rows.
        probabilities: float64 [pictures, classes], in the order of these rows.
    """

    labels: np.ndarray
    probabilities: np.ndarray


def best_fixed(costs: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
    """The one action that would have earned most on these very pictures, `always NAME`.

    Args:
        costs: float64 [classes, actions].
        labels: int64 [pictures].
        names: of the actions.

    Returns:
        float64 [pictures], what it earns on each, by its name.
    """
    earned = -costs[labels]
    best = int(earned.mean(axis=0).argmax())
    return {f"always {names[best]}": earned[:, best]}


def classifiers(
    costs: np.ndarray, chosen_on: Answered, judged_on: Answered, names: Sequence[str]
) -> dict[str, np.ndarray]:
    """A classifier as a policy, in each of the ways.

    Args:
        costs: float64 [classes, classes + 1], the last action asks a person.
        chosen_on: eval.
        judged_on: test.
        names: of the actions.

    Returns:
        float64 [pictures of test], what each way earns, by its name.
    """
    ways = {
        "argmax of the classifier": judged_on.probabilities.argmax(axis=1),
        "least cost that the classifier expects": (judged_on.probabilities @ costs).argmin(axis=1),
    }
    threshold = _best(costs, chosen_on, _ask_below)
    ways[f"{names[-1]} below {threshold:.3f}"] = _ask_below(judged_on.probabilities, threshold)
    if judged_on.probabilities.shape[1] == 2:
        threshold = _best(costs, chosen_on, _second_from)
        ways[f"{names[1]} from {threshold:.3f}"] = _second_from(judged_on.probabilities, threshold)
    return {name: -costs[judged_on.labels, actions] for name, actions in ways.items()}


def in_order_of(classes: Sequence[str], labels: Sequence[str], probabilities: np.ndarray) -> np.ndarray:
    """Probabilities of the classes `labels`, brought into the order of `classes`; 0 for one it lacks."""
    places: Mapping[str, Any] = {label: place for place, label in enumerate(labels)}
    ordered = np.zeros((len(probabilities), len(classes)))
    for column, name in enumerate(classes):
        if name in places:
            ordered[:, column] = probabilities[:, places[name]]
    return ordered


def _ask_below(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    is_sure = probabilities.max(axis=1) >= threshold
    return np.where(is_sure, probabilities.argmax(axis=1), probabilities.shape[1])


def _second_from(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    return (probabilities[:, 1] >= threshold).astype(np.int64)


def _best(costs: np.ndarray, on: Answered, way: Any) -> float:
    """The threshold that earns most; of several, the one in their middle."""
    tried = np.linspace(0, 1, _STEPS + 1)
    earned = np.array([-costs[on.labels, way(on.probabilities, each)].mean() for each in tried])
    best = tried[earned >= earned.max() - _ROUNDING]
    return float(best[len(best) // 2])
