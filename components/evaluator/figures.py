"""Every figure of some pictures, each with an interval that holds the truth 95 times of 100.

Synopsis:
    figures = figures_of(answers.where(answers.columns["site"] == "north"), temperature=1.3)
    figures["accuracy"], figures["intervals"]["accuracy"]
"""

from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from components.answers import Answers
from components.evaluator import intervals
from components.evaluator.calibration import calibration_of
from components.evaluator.confusion import ACCURACY, BY_CLASS, F1, PRECISION, RECALL, confusion_matrix, scores
from components.evaluator.intervals import Interval

AUC, LOG_LOSS = "auc", "log_loss"
TOP = (3, 5)
"""Among how many of the most probable classes the right one may be; asked where there are more classes."""
_LEAST = float(np.finfo(np.float32).eps)
"""What a probability of 0 counts as in the log loss, as with scikit-learn for float32."""

Figures = dict[str, Any]
_Found = dict[str, tuple[float, Interval]]
"""Value and interval, by name."""


def figures_of(answers: Answers, temperature: float = 1.0) -> Figures:
    """All figures of some pictures.

    Args:
        answers: of at least one picture.
        temperature: by what the model's logits were divided.

    Returns:
        Plain values. `examples`, `accuracy`; `macro_` and `weighted_` `precision`, `recall` and `f1`;
        `top_3`, `top_5` where there are more classes; `log_loss` in nats, of the pictures whose class the
        model knows; `auc`, each class against the rest, averaged over the classes that some pictures belong
        to and others do not; `intervals`, the two ends of each of these by its name; `per_class`, with
        `precision`, `recall`, `f1`, `auc`, their `intervals` and `support`; `confusion`, a row for each class
        and a column for each answer; `unknown`, pictures of classes that the model does not know;
        `calibration`. What so few pictures say nothing about is left out.
    """
    matrix = confusion_matrix(answers.labels, answers.answered, len(answers.names))
    areas = _areas(answers)
    averages = intervals.averages(matrix)
    values = {name: value for name, value in scores(matrix).items() if name in averages}
    shares = {ACCURACY: int(np.diag(matrix)[:-1].sum()), **_in_top(answers)}
    found = {
        **{
            name: (hits / len(answers), intervals.wilson(hits, len(answers))) for name, hits in shares.items()
        },
        **{name: (float(value), averages[name]) for name, value in values.items()},
        **_log_loss(answers),
        **_mean_area(areas),
    }
    return {
        "examples": len(answers),
        **{name: value for name, (value, _) in found.items()},
        "intervals": {name: interval for name, (_, interval) in found.items()},
        "per_class": _per_class(answers.names, matrix, areas),
        "confusion": matrix[:-1, :-1].tolist(),
        "unknown": int(matrix[-1].sum()),
        "calibration": calibration_of(answers, temperature),
    }


def _in_top(answers: Answers) -> dict[str, int]:
    """How many pictures have their class among the most probable ones; of equal ones, the first are taken."""
    order = np.argsort(-answers.probabilities, axis=1, kind="stable")
    places = (order == answers.labels[:, None]) @ np.arange(1, order.shape[1] + 1)  # 0 for an unknown class
    return {
        f"top_{top}": int(((places > 0) & (places <= top)).sum()) for top in TOP if top < len(answers.names)
    }


def _log_loss(answers: Answers) -> _Found:
    known = answers.where(answers.labels < len(answers.names))
    if len(known) < 2:  # no spread
        return {}
    chances = known.probabilities[np.arange(len(known)), known.labels].astype(np.float64)
    losses = -np.log(chances.clip(_LEAST, 1))
    low, high = intervals.mean(losses)
    return {LOG_LOSS: (float(losses.mean()), (max(0.0, low), high))}


def _areas(answers: Answers) -> dict[int, tuple[float, Interval]]:
    """The area under each class's curve, where there are pictures of it and others."""
    areas = {}
    for place in range(len(answers.names)):
        is_of = answers.labels == place
        positive = int(is_of.sum())
        if 0 < positive < len(answers):
            auc = float(roc_auc_score(is_of, answers.probabilities[:, place]))
            areas[place] = (auc, intervals.area(auc, positive, len(answers) - positive))
    return areas


def _mean_area(areas: dict[int, tuple[float, Interval]]) -> _Found:
    """The ends are averaged as well: as if all classes went wrong together, which is the widest."""
    if not areas:
        return {}
    low, high = np.mean([ends for _, ends in areas.values()], axis=0).tolist()
    return {AUC: (float(np.mean([auc for auc, _ in areas.values()])), (low, high))}


def _per_class(
    names: tuple[str, ...], matrix: np.ndarray, areas: dict[int, tuple[float, Interval]]
) -> dict[str, Figures]:
    by_class, per_class = scores(matrix), {}
    for place, name in enumerate(names):
        hits, labelled, answered = (
            int(count) for count in (matrix[place, place], matrix[place].sum(), matrix[:, place].sum())
        )
        found = {
            PRECISION: intervals.wilson(hits, answered),
            RECALL: intervals.wilson(hits, labelled),
            F1: intervals.f1(hits, labelled + answered - 2 * hits),
        }
        values = {score: float(by_class[score][place]) for score in BY_CLASS}  # type: ignore[index]
        if place in areas:
            values[AUC], found[AUC] = areas[place]
        per_class[name] = {**values, "intervals": found, "support": labelled}
    return per_class
