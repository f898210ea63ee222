"""Whether probabilities mean what they say: of all answers given with 0.8, four of five should be right.

Answers are counted by their confidence, the probability of the class that was answered. Tables of parts
add up to the table of the whole.
"""

import json
import os

import numpy as np
import tensorflow as tf

from components.backbone.pushed import EXTRA

BINS = 15
"""Of equal width, as in Guo et al., "On Calibration of Modern Neural Networks" (2017)."""
CALIBRATION_FILE = "calibration.json"


def reliability(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Counts answers by their confidence; a label that is no class was missed.

    Args:
        probabilities: float [pictures, classes].
        labels: int [pictures], places of the classes.

    Returns:
        A table, float64 [3, BINS]: answers, those that were right, their confidences' sum.
    """
    best, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1).astype(np.float64)
    # Rounding may leave a little more than 1.
    places = np.ceil(confidence * BINS).clip(1, BINS).astype(np.int64) - 1
    counted = np.stack([np.ones(len(labels)), best == labels, confidence])
    return np.stack([np.bincount(places, weights, BINS) for weights in counted])


def expected_calibration_error(table: np.ndarray) -> float:
    """How far confidence and accuracy lie apart, bin by bin, on average over the answers; 0 for none.

    Guo et al. (2017), equation 3.
    """
    count, right, confidence = table
    return float(np.abs(right - confidence).sum() / max(count.sum(), 1))


def perfect_band(table: np.ndarray, draws: int = 10_000, seed: int = 0) -> tuple[float, float]:
    """Between which errors 95 of 100 perfectly calibrated models would show, of as many answers.

    Even they show one: of ten answers given with 0.8, chance makes seven right, or nine. Simulated, each
    answer right with its bin's mean confidence (Broecker and Smith, "Increasing the Reliability of
    Reliability Diagrams", 2007). Drawing with each answer's own moves the band by a hundredth of itself.

    Args:
        table: of the answers.
        draws: simulated models.
        seed: of the simulation.

    Returns:
        The 2.5 % and the 97.5 % quantile of their expected calibration errors.
    """
    count, _, confidence = table
    claimed = np.divide(confidence, count, out=np.zeros(BINS), where=count > 0).clip(0, 1)
    right = np.random.default_rng(seed).binomial(count.astype(np.int64), claimed, (draws, BINS))
    errors = np.abs(right - confidence).sum(axis=1) / max(count.sum(), 1)
    low, high = np.quantile(errors, (0.025, 0.975))
    return float(low), float(high)


def without_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """What a model whose logits were divided by `temperature` would have said without it.

    softmax(z / T) is z / T up to a constant in its logarithm, so nothing is lost but the logits' level.

    Args:
        probabilities: float [..., classes].
        temperature: above 0.

    Returns:
        float64, of the same shape.
    """
    with np.errstate(divide="ignore"):  # a probability of 0 stays one
        logits = temperature * np.log(probabilities.astype(np.float64))
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def write_fields(fields: dict[str, float], folder: str) -> None:
    """Writes `calibration.json`, with a `temperature` at least, into `folder`."""
    tf.io.gfile.makedirs(folder)
    with tf.io.gfile.GFile(os.path.join(folder, CALIBRATION_FILE), "w") as file:
        file.write(json.dumps(fields, indent=2) + "\n")


def read_temperature(saved_model: str) -> float:
    """By what the logits of an exported model are divided; `saved_model` is its folder."""
    with tf.io.gfile.GFile(os.path.join(saved_model, EXTRA, CALIBRATION_FILE)) as file:
        return float(json.loads(file.read())["temperature"])
