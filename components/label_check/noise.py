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


@dataclass(frozen=True)
class Doubts:
    """What is thought of some labels.

    Attributes:
        wrong: float64 [pictures], the probability that the label is wrong.
        suggested: int64 [pictures], the likeliest class but for the label.
        loss: mean negative log likelihood of the labels, to choose between answers.
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
    rows, others = np.arange(len(labels)), logits.shape[1] - 1
    if not len(labels):
        return Doubts(np.zeros(0), np.zeros(0, np.int64), 0.0)

    def likelihoods(log_scale: float, logit_share: float) -> tuple[np.ndarray, np.ndarray]:
        """Of each label, right and wrong."""
        right = np.exp(log_softmax(logits * np.exp(log_scale), axis=1)[rows, labels])
        share = expit(logit_share)
        return (1 - share) * right, share * (1 - right) / others

    def loss(parameters: np.ndarray) -> float:
        right, wrong = likelihoods(*parameters)
        return float(-np.log(np.maximum(right + wrong, np.finfo(float).tiny)).mean())

    found = min(
        (
            minimize(loss, start, method="Nelder-Mead", bounds=(_LOG_SCALE, _LOGIT_SHARE))
            for start in ((0.0, -3.0), (2.0, -3.0))
        ),
        key=lambda each: each.fun,
    )
    right, wrong = likelihoods(*found.x)
    unlike = logits.copy()
    unlike[rows, labels] = -np.inf
    total = np.maximum(right + wrong, np.finfo(float).tiny)
    return Doubts(wrong / total, unlike.argmax(axis=1), float(found.fun))
