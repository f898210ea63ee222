"""Temperature scaling: one number, chosen on eval, by which the logits are divided.

It changes no answer, only how sure the model says it is (Guo et al., "On Calibration of Modern Neural
Networks", 2017, section 4.2). Label smoothing makes a model too modest, long training too sure of itself.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from components.calibration import expected_calibration_error, reliability

_COLDEST, _HOTTEST = 0.05, 20.0
_PRIOR_DEVIATION = 0.5
"""Of log T around 0. A few pictures that are all right would ask for a temperature of 0, and every later
mistake would be made with a probability of 1; from 50 pictures on it hardly counts."""


@dataclass(frozen=True)
class Calibration:
    """What temperature scaling did on eval.

    Attributes:
        temperature: by what the logits are divided; 1 changes nothing.
        nll: mean negative log-likelihood, nats, weighted.
        nll_uncalibrated: the same at temperature 1.
        ece: expected calibration error, 0 to 1; every picture counts once.
        ece_uncalibrated: the same at temperature 1.
    """

    temperature: float
    nll: float
    nll_uncalibrated: float
    ece: float
    ece_uncalibrated: float


def calibrate(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray, is_scaled: bool) -> Calibration:
    """Chooses the temperature, and judges the probabilities with it and without.

    Args:
        logits: float64 [n, classes].
        labels: int [n].
        weights: float [n], how much each counts.
        is_scaled: `False` leaves the temperature at 1.
    """
    temperature = fit_temperature(logits, labels, weights) if is_scaled else 1.0
    likelihoods = [_likelihood(logits, labels, weights, by) for by in (temperature, 1.0)]
    tables = [reliability(softmax(logits / by, axis=1), labels) for by in (temperature, 1.0)]
    return Calibration(temperature, *likelihoods, *map(expected_calibration_error, tables))


def fit_temperature(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """The temperature with the least negative log-likelihood, and near 1 where there is little to go by.

    Args:
        logits: float64 [n, classes].
        labels: int [n].
        weights: float [n], 0 or more.

    Returns:
        Between 0.05 and 20: the mode of its posterior, with a log-normal prior around 1.
    """

    def objective(log_temperature: float) -> float:
        evidence = pictures * _likelihood(logits, labels, weights, np.exp(log_temperature))
        return evidence + (log_temperature / _PRIOR_DEVIATION) ** 2 / 2

    pictures = effective_pictures(weights)
    bounds = (np.log(_COLDEST), np.log(_HOTTEST))
    return float(np.exp(minimize_scalar(objective, bounds=bounds, method="bounded").x))


def effective_pictures(weights: np.ndarray) -> float:
    """How many pictures of equal weight tell as much: Kish, "Survey Sampling" (1965), section 11.7."""
    squares = float((weights.astype(np.float64) ** 2).sum())
    return float(weights.sum(dtype=np.float64)) ** 2 / squares if squares else 0.0


def _likelihood(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray, temperature: float) -> float:
    """Mean negative log-likelihood, nats; 0 where nothing counts."""
    losses = -log_softmax(logits / temperature, axis=1)[np.arange(len(labels)), labels]
    return float((weights * losses).sum() / max(weights.sum(), np.finfo(np.float32).tiny))
