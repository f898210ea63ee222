"""Policies: each operation is drawn, as often as any other, at the strength that the paper gives it."""

import numpy as np
import pytest
import tensorflow as tf

from components.augment.drawing import augment
from components.augment.ops import Geometric, Photometric
from components.augment.policies import Policy, rand_augment, trivial_augment
from components.augment.policy_steps import Brightness, Identity, Move, Posterize, Rotate, Tone, Translate
from tests.components.augment.views_of import draws_for, pictures, view_of

IDENTITY, BRIGHTNESS, EQUALIZE = 0, 6, 13
COUNT = 14


def _which(step: int) -> float:
    """The draw that chooses a step."""
    return (step + 0.5) / COUNT


def test_the_14_operations() -> None:
    for policy in (rand_augment(2, 0.3), trivial_augment()):
        assert [type(step).__name__ for step in policy.steps] == [
            *("Identity", "Shear", "Shear", "Translate", "Translate", "Rotate", "Brightness", "Color"),
            *("Contrast", "Sharpness", "Posterize", "Solarize", "AutoContrast", "Equalize"),
        ]
        assert isinstance(policy, Geometric) and isinstance(policy, Photometric)


def test_ranges_of_the_papers() -> None:
    rand, trivial = rand_augment(2, 0.3).steps, trivial_augment().steps
    assert {Rotate(30), Translate(0, 150 / 331), Brightness(0.9), Posterize(4)} < set(rand)
    assert {Rotate(135), Translate(1, 32 / 224), Brightness(0.99), Posterize(6)} < set(trivial)


@pytest.mark.parametrize(("side", "gain"), [(0.2, 0.55), (0.7, 1.45)])
def test_rand_augment_has_one_strength(side: float, gain: float) -> None:
    images = pictures(2) / 2
    for far in (0.0, 0.9):
        view = _view(images, rand_augment(1, 0.5), _which(BRIGHTNESS), side, far)
        np.testing.assert_allclose(view, np.clip(images * gain, 0, 255), atol=1e-3)


@pytest.mark.parametrize(("side", "far", "gain"), [(0.2, 0.0, 1.0), (0.2, 0.5, 0.505), (0.7, 0.5, 1.495)])
def test_trivial_augment_draws_its_strength(side: float, far: float, gain: float) -> None:
    images = pictures(2) / 2
    view = _view(images, trivial_augment(), _which(BRIGHTNESS), side, far)
    np.testing.assert_allclose(view, np.clip(images * gain, 0, 255), atol=1e-3)


def _view(images: np.ndarray, policy: Policy, *draw: float) -> np.ndarray:
    """Pixels moved, then values changed, as `augment` does with a real draw."""
    draws = tf.tile([draw], (len(images), 1))
    moved = view_of(images, _Moves(policy), *draw)
    return policy.apply(tf.constant(moved), tf.cast(draws, tf.float32)).numpy()


class _Moves(Geometric):
    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        return self._policy.matrix(draw)


@pytest.mark.parametrize("step", range(COUNT))
def test_a_chosen_step_alone_is_applied(step: int) -> None:
    policy = trivial_augment()
    images = pictures(3, 16, 16)
    chosen, strength = policy.steps[step], tf.fill((3,), 0.75)
    view = _view(images, policy, _which(step), 0.9, 0.75)
    if isinstance(chosen, Tone):
        expected = np.clip(chosen.apply(tf.constant(images), strength), 0, 255)
        np.testing.assert_allclose(view, expected, atol=2)  # the resampling's rounding, and steps
    elif isinstance(chosen, Move):
        draw = tf.tile([[_which(step), 0.9, 0.75]], (3, 1))
        np.testing.assert_allclose(policy.matrix(draw), chosen.matrix(strength), atol=1e-6)
        np.testing.assert_array_equal(policy.apply(tf.constant(images), draw), images)
    else:
        assert isinstance(chosen, Identity)
        np.testing.assert_allclose(view, images, atol=2e-2)


def test_operations_follow_one_another() -> None:
    images = pictures(2) / 4
    draw = (_which(BRIGHTNESS), 0.9, 0.0, _which(EQUALIZE), 0.9, 0.0)
    policy = rand_augment(2, 1.0)
    brighter = policy.steps[BRIGHTNESS].apply(tf.constant(images), tf.ones(2))  # type: ignore[attr-defined]
    expected = policy.steps[EQUALIZE].apply(brighter, tf.ones(2))  # type: ignore[attr-defined]
    shown = policy.apply(tf.constant(images), tf.constant([draw] * 2, tf.float32))
    np.testing.assert_array_equal(shown, expected)


def test_every_operation_is_drawn_as_often() -> None:
    draws = np.random.default_rng(2).uniform(size=(7000, 6)).astype(np.float32)
    for choice, strength in rand_augment(2, 0.3)._drawn(tf.constant(draws)):
        counts = np.bincount(choice, minlength=COUNT)
        assert len(counts) == COUNT and counts.min() > 400 and counts.max() < 600
        assert set(np.round(strength.numpy(), 4)) == {np.float32(-0.3), np.float32(0.3)}


def test_views_of_a_batch_take_different_ways() -> None:
    images = tf.constant(np.repeat(pictures(1, 16, 16), 60, axis=0))
    views = augment(images, draws_for(60, (trivial_augment(),)), (trivial_augment(),)).numpy()
    assert len({view.tobytes() for view in views}) > 40
