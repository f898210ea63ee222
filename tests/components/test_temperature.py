"""The temperature: the true one where there is much to go by, a sane one where there is little."""

import numpy as np
import pytest
from scipy.special import softmax

from components.temperature import calibrate, fit_temperature


def _draw(count: int, temperature: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits that are `temperature` times too large, labels, and weights of 1."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(count, 4)) * 2
    below = softmax(logits, axis=1).cumsum(axis=1)[:, :3]
    labels = (generator.uniform(size=(count, 1)) > below).sum(axis=1)
    return logits * temperature, labels, np.ones(count, np.float32)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5, 10.0])
def test_known_temperature_is_found(temperature: float) -> None:
    assert fit_temperature(*_draw(10_000, temperature)) == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("count", [1, 3, 10, 100])
def test_few_pictures_that_are_all_right_do_not_make_a_model_certain(count: int) -> None:
    logits = np.tile([2.0, 0.0], (count, 1))
    labels = np.zeros(count, np.int64)
    temperature = fit_temperature(logits, labels, np.ones(count))
    assert 0.2 < temperature < 1
    assert softmax(logits / temperature, axis=1)[0, 0] < 1 - 1 / (10 * count)


@pytest.mark.parametrize(
    "logits",
    [
        np.full((5, 1), 3.0),  # one class
        np.zeros((5, 3)),  # a head that never learnt
    ],
)
def test_logits_that_say_nothing_leave_the_temperature_at_one(logits: np.ndarray) -> None:
    assert fit_temperature(logits, np.zeros(5, np.int64), np.ones(5)) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("scale", [1e-6, 1e4])
def test_extreme_logits_stay_in_bounds(scale: float) -> None:
    logits, labels, weights = _draw(200, 1.0)
    for answers in (labels, logits.argmin(axis=1)):
        assert 0.05 <= fit_temperature(logits * scale, answers, weights) <= 20


def test_pictures_count_by_their_weights() -> None:
    logits, labels, weights = _draw(2_000, 2.0)
    labels[1_000:] = logits[1_000:].argmin(axis=1)
    assert fit_temperature(logits, labels, weights) > 10
    weights[1_000:] = 0
    assert fit_temperature(logits, labels, weights) == pytest.approx(2, rel=0.15)
    assert fit_temperature(logits, labels, weights * 0) == pytest.approx(1, abs=0.01)
    assert fit_temperature(logits, labels, weights) == pytest.approx(
        fit_temperature(logits, labels, weights * 7), rel=1e-3
    )


def test_calibrate_says_what_it_did() -> None:
    logits, labels, weights = _draw(3_000, 3.0)
    found = calibrate(logits, labels, weights, is_scaled=True)
    assert found.temperature == pytest.approx(3, rel=0.1)
    assert found.nll < found.nll_uncalibrated - 0.1
    assert found.ece < 0.03 < 0.1 < found.ece_uncalibrated
    likelihood = -np.log(softmax(logits, axis=1)[np.arange(3_000), labels]).mean()
    assert found.nll_uncalibrated == pytest.approx(likelihood)


def test_calibrate_without_scaling() -> None:
    found = calibrate(*_draw(300, 3.0), is_scaled=False)
    assert found.temperature == 1
    assert (found.nll, found.ece) == (found.nll_uncalibrated, found.ece_uncalibrated)
    assert found.ece > 0.1


def test_evidence_is_that_of_the_pictures_that_count() -> None:
    logits, labels = np.tile([2.0, 0.0], (1_000, 1)), np.zeros(1_000, np.int64)
    weights = np.zeros(1_000)
    weights[:10] = 1
    alone = fit_temperature(logits[:10], labels[:10], weights[:10])
    assert fit_temperature(logits, labels, weights) == pytest.approx(alone, rel=1e-3)
