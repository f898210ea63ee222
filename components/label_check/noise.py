"""How likely each label is wrong, given what somebody who did not learn from it says of the picture.

A label is thought to be right, or else to be any of the other classes by chance (Angluin and Laird, "Learning
From Noisy Examples", 1988). How often that happens is estimated, together with the scale at which the answers
are probabilities: an answer that is unsure is no proof that the label is wrong.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

_LOG_SCALE = (-4.0, 6.0)
_LOGIT_SHARE = (-14.0, 0.0)
"""At most every second label is wrong."""
_FITTED = 5_000_000
"""Answers, pictures times classes, from which scale and share are estimated: two numbers need no more."""


@dataclass(frozen=True)
class Doubts:
    """What is thought of some labels.

    Attributes:
        wrong: float64 [pictures], the probability that the label is wrong.
        suggested: int64 [pictures], the likeliest class but for the label.
        loss: mean negative log likelihood of labels, of all or of many, to choose between answers.
    """

    wrong: np.ndarray
    suggested: np.ndarray
    loss: float

    @property
    def count(self) -> int:
        """How many labels are thought to be wrong, all in all."""
        return round(float(self.wrong.sum()))


def doubt(logits: np.ndarray, labels: np.ndarray) -> Doubts:
    """Judges labels by answers.

    Args:
        logits: float [pictures, classes], of any scale, for at least two classes; of a model that did not
            learn from these labels.
        labels: int64 [pictures], places of classes.
    """
    if not len(labels):
        return Doubts(np.zeros(0), np.zeros(0, np.int64), 0.0)
    stride = max(1, logits.size // _FITTED)
    few = logits[::stride], labels[::stride]

    def loss(parameters: np.ndarray) -> float:
        right, wrong = _likelihoods(*few, *parameters)
        return float(-np.log(np.maximum(right + wrong, np.finfo(float).tiny)).mean())

    found = min(
        (
            minimize(loss, start, method="Nelder-Mead", bounds=(_LOG_SCALE, _LOGIT_SHARE))
            for start in ((0.0, -3.0), (2.0, -3.0))
        ),
        key=lambda each: each.fun,
    )
    # Part by part: what lies between takes as much memory as the answers, several times.
    parts = [slice(start, start + len(few[0])) for start in range(0, len(labels), len(few[0]))]
    judged = [_judged(logits[part], labels[part], *found.x) for part in parts]
    wrong, suggested = (np.concatenate(each) for each in zip(*judged, strict=True))
    return Doubts(wrong, suggested, float(found.fun))


def _likelihoods(
    logits: np.ndarray, labels: np.ndarray, log_scale: float, logit_share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Of each label, right and wrong."""
    right = np.exp(log_softmax(logits * np.exp(log_scale), axis=1)[np.arange(len(labels)), labels])
    share = expit(logit_share)
    return (1 - share) * right, share * (1 - right) / (logits.shape[1] - 1)


def _judged(
    logits: np.ndarray, labels: np.ndarray, log_scale: float, logit_share: float
) -> tuple[np.ndarray, np.ndarray]:
    """The probability that each label is wrong, and the likeliest other class."""
    right, wrong = _likelihoods(logits, labels, log_scale, logit_share)
    unlike = logits.copy()
    unlike[np.arange(len(labels)), labels] = -np.inf
    return wrong / np.maximum(right + wrong, np.finfo(float).tiny), unlike.argmax(axis=1)
