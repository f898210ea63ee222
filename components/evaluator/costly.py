"""The pictures that cost a bound: those without which its figure would be better.

Synopsis:
    costly(answers, ThresholdConfig(metric="recall", label="cat", at_least=0.9), is_drop=False)
"""

from typing import Any

import numpy as np

from components.answers import Answers
from components.evaluator.confusion import PRECISION, RECALL
from components.features import LABEL
from pipeline.settings.evaluator import ThresholdConfig

_MOST_PICTURES = 12
_TOP = "top_"


def costly(answers: Answers, gate: ThresholdConfig, is_drop: bool) -> tuple[dict[str, Any], ...]:
    """The surest of them first, twelve at most.

    Args:
        answers: of the slice; with a baseline, where it is about a drop.
        gate: whose bound does not hold; the model knows its class.
        is_drop: whether the bound is `max_drop`: what the last blessed model got wrong as well cost nothing.

    Returns:
        `path`, `label`, `answer` and its `probability` of each.
    """
    answered, sureness = answers.answered, answers.probabilities.max(axis=1)
    rows = np.flatnonzero(_lost(answers, gate) if is_drop else _mistaken(answers, gate))
    return tuple(
        {
            "path": str(answers.paths[row]),
            "label": str(answers.columns[LABEL][row]),
            "answer": answers.names[answered[row]],
            "probability": float(sureness[row]),
        }
        for row in rows[np.argsort(-sureness[rows], kind="stable")][:_MOST_PICTURES]
    )


def _mistaken(answers: Answers, gate: ThresholdConfig) -> np.ndarray:
    """The mistakes that the metric counts: bool [pictures]."""
    if gate.metric.startswith(_TOP):
        first = np.argsort(-answers.probabilities, axis=1, kind="stable")[:, : int(gate.metric[len(_TOP) :])]
        return np.asarray((first != answers.labels[:, None]).all(axis=1))
    is_wrong = answers.answered != answers.labels
    if gate.label is None:
        return np.asarray(is_wrong)
    place = answers.names.index(gate.label)
    missed, taken = is_wrong & (answers.labels == place), is_wrong & (answers.answered == place)
    return np.asarray({RECALL: missed, PRECISION: taken}.get(gate.metric, missed | taken))


def _lost(answers: Answers, gate: ThresholdConfig) -> np.ndarray:
    """What the baseline got right and the candidate does not: bool [pictures].

    Of a class, its own pictures, since a hit that was lost lowers the precision as well; but for the recall,
    also those newly taken for it.
    """
    is_wrong = answers.answered != answers.labels
    # Of a class that the candidate does not know, nobody is right.
    was_right = (answers.baseline == answers.labels) & (answers.labels < len(answers.names))
    lost = is_wrong & was_right
    if gate.label is None:
        return np.asarray(lost)
    place = answers.names.index(gate.label)
    missed = lost & (answers.labels == place)
    newly_taken = is_wrong & (answers.answered == place) & (answers.baseline != place)
    return np.asarray(missed if gate.metric == RECALL else missed | newly_taken)
