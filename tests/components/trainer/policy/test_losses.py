"""Losses equal their formulas, and their gradients the slopes that small steps show."""

from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import entropy as scipy_entropy

from components.trainer.policy import losses

RANDOM = np.random.default_rng(4)
BATCH, ACTIONS, CLIP = 12, 4, 0.2
LOGITS = RANDOM.normal(0, 1, (BATCH, ACTIONS))
TAKEN = RANDOM.integers(ACTIONS, size=BATCH)
GAINED = RANDOM.normal(0, 2, BATCH)
RETURNS = RANDOM.normal(0, 3, BATCH)


def _new(logits: tf.Tensor) -> tf.Tensor:
    return losses.log_probabilities(logits, tf.constant(TAKEN))


OLD = _new(tf.constant(LOGITS)).numpy() + RANDOM.normal(0, 0.3, BATCH)


def _whole(logits: tf.Tensor) -> tf.Tensor:
    values = tf.reduce_sum(logits, axis=-1)
    return losses.whole_loss(
        losses.clipped_objective(_new(logits), OLD, GAINED, CLIP),
        *(losses.value_error(values, RETURNS), losses.entropy(logits), 0.7, 0.3),
    )


FUNCTIONS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "ppo": lambda logits: losses.clipped_objective(_new(logits), OLD, GAINED, CLIP),
    "reinforce": lambda logits: losses.reinforce_objective(_new(logits), GAINED),
    "value": lambda logits: losses.value_error(logits[:, 0], RETURNS),
    "entropy": losses.entropy,
    "divergence": lambda logits: losses.divergence(_new(logits), OLD),
    "normalised": lambda logits: tf.reduce_sum(losses.normalised(logits[:, 0]) * GAINED),
    "whole": _whole,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient_equals_central_differences(name: str) -> None:
    function, small = FUNCTIONS[name], 1e-6
    logits = tf.constant(LOGITS)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        result = function(logits)
    slopes = np.zeros_like(LOGITS)
    for place in np.ndindex(*LOGITS.shape):
        step = np.zeros_like(LOGITS)
        step[place] = small
        slopes[place] = (function(LOGITS + step).numpy() - function(LOGITS - step).numpy()) / (2 * small)
    assert np.abs(slopes).max() > 1e-3
    np.testing.assert_allclose(tape.gradient(result, logits).numpy(), slopes, rtol=1e-6, atol=1e-8)


def test_probabilities_and_entropy_are_those_of_softmax() -> None:
    shares = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(np.exp(_new(tf.constant(LOGITS))), shares[np.arange(BATCH), TAKEN])
    assert losses.entropy(tf.constant(LOGITS)).numpy() == pytest.approx(scipy_entropy(shares, axis=-1).mean())


def test_entropy_of_a_policy_that_is_certain_is_nothing() -> None:
    assert losses.entropy(tf.constant([[1e4, 0.0, -1e4]])).numpy() == 0


@pytest.mark.parametrize(
    ("ratio", "gained", "expected", "still_moves"),
    [
        (1.1, 2.0, 2.2, True),
        (1.5, 2.0, 2.4, False),  # it gained enough
        (0.5, 2.0, 1.0, True),  # it lost what was good: let it come back
        (0.9, -2.0, -1.8, True),
        (0.5, -2.0, -1.6, False),
        (1.5, -2.0, -3.0, True),
    ],
)
def test_clipping_ends_what_is_gained_and_never_what_is_lost(
    ratio: float, gained: float, expected: float, still_moves: bool
) -> None:
    new = tf.constant([np.log(ratio)])
    with tf.GradientTape() as tape:
        tape.watch(new)
        objective = losses.clipped_objective(
            new, tf.zeros(1, new.dtype), tf.constant([gained], new.dtype), CLIP
        )
    assert objective.numpy() == pytest.approx(expected)
    assert (tape.gradient(objective, new).numpy()[0] != 0) == still_moves


def test_where_nothing_moved_yet_both_objectives_have_one_gradient() -> None:
    logits = tf.constant(LOGITS)
    old = _new(logits)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        ppo = losses.clipped_objective(_new(logits), old, GAINED, CLIP)
        reinforce = losses.reinforce_objective(_new(logits), GAINED)
    np.testing.assert_allclose(tape.gradient(ppo, logits), tape.gradient(reinforce, logits), atol=1e-12)


def test_divergence_is_nothing_at_home_and_close_to_the_real_one_nearby() -> None:
    assert losses.divergence(tf.constant(OLD), tf.constant(OLD)).numpy() == 0
    shares, other = np.array([0.5, 0.3, 0.2]), np.array([0.45, 0.35, 0.2])
    drawn = RANDOM.choice(3, size=200_000, p=shares)
    found = losses.divergence(tf.constant(np.log(other[drawn])), tf.constant(np.log(shares[drawn]))).numpy()
    assert found == pytest.approx(scipy_entropy(shares, other), rel=0.02)


def test_normalised_has_mean_0_and_deviation_1() -> None:
    found = losses.normalised(tf.constant(GAINED)).numpy()
    assert (found.mean(), found.std()) == (pytest.approx(0), pytest.approx(1))
    assert losses.normalised(tf.constant([3.0])).numpy() == [0]
