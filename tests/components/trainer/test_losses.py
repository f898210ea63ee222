"""The loss: known values, and what becomes of mixed labels."""

from typing import Any

import numpy as np
import pytest

from components.trainer.losses import build_loss
from pipeline.settings.trainer import TrainerConfig

LOGITS = np.array([[2.0, 0.0, -1.0], [0.3, 0.2, 0.1]], np.float32)
LABELS = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], np.float32)


def _loss(labels: np.ndarray = LABELS, weights: Any = None, **settings: Any) -> float:
    loss = build_loss(TrainerConfig(**settings))
    return float(loss(labels, LOGITS, sample_weight=weights))


def _log_probabilities() -> np.ndarray:
    exponents = np.exp(LOGITS)
    return np.asarray(np.log(exponents / exponents.sum(axis=1, keepdims=True)))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_losses_equal_their_definitions(smoothing: float, gamma: float) -> None:
    smoothed = LABELS * (1 - smoothing) + smoothing / 3
    logs = _log_probabilities()
    expected = -(smoothed * logs).sum(axis=1).mean()
    assert _loss(label_smoothing=smoothing) == pytest.approx(expected, rel=1e-5)
    focal = -(smoothed * (1 - np.exp(logs)) ** gamma * logs).sum(axis=1).mean()
    found = _loss(loss="focal", focal_gamma=gamma, label_smoothing=smoothing)
    assert found == pytest.approx(focal, rel=1e-5)


def test_focal_turns_to_the_hard_ones() -> None:
    def share_of_the_second(**settings: Any) -> float:
        first, second = (
            _loss(weights=np.array(weights), label_smoothing=0.0, **settings) for weights in ([1, 0], [0, 1])
        )
        return second / (first + second)

    assert share_of_the_second(loss="focal") > share_of_the_second() + 0.1


@pytest.mark.parametrize("settings", [{}, {"loss": "focal"}])
def test_loss_of_a_mixed_label_is_the_mix_of_losses(settings: dict[str, Any]) -> None:
    first, second = LABELS, LABELS[:, ::-1]
    mixed = _loss(0.3 * first + 0.7 * second, **settings)
    assert mixed == pytest.approx(0.3 * _loss(first, **settings) + 0.7 * _loss(second, **settings), rel=1e-5)
