"""The operations of policies: as Pillow does them, and nothing at strength 0."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageEnhance, ImageOps

from components.augment import policy_steps as steps
from components.augment.resample import resample
from tests.components.augment.views_of import pictures, ramp

NEUTRAL = (
    steps.Brightness(0.9),
    steps.Color(0.9),
    steps.Contrast(0.9),
    steps.Sharpness(0.9),
    steps.Posterize(4),
    steps.Solarize(),
)
MOVES = (
    *(steps.Shear(axis, 0.3) for axis in (0, 1)),
    *(steps.Translate(axis, 0.4) for axis in (0, 1)),
    steps.Rotate(30),
)


def _photos() -> np.ndarray:
    """Pictures with slopes, noise and few values; a flat one; a nearly black one."""
    y, x = np.mgrid[:48, :40] // 2
    slopes = np.stack([5 * y + 60, 6 * x + 20, 3 * x + 4 * y], axis=-1)
    noise = np.random.default_rng(3).integers(0, 256, (48, 40, 3))
    flat, dark = np.full((48, 40, 3), 77), noise // 200
    return np.stack([slopes, noise, flat, dark, (slopes // 2 + noise // 4)]).astype(np.float32)


def _apply(step: steps.Tone, images: np.ndarray, strength: float) -> np.ndarray:
    shown = step.apply(tf.constant(images), tf.fill((len(images),), np.float32(strength)))
    return np.clip(shown.numpy(), 0, 255)


ROUNDED = 1.51
"""Pillow rounds its means and its results, some of them down."""
PILLOW = [
    (steps.Brightness(0.9), ROUNDED, lambda image, s: ImageEnhance.Brightness(image).enhance(1 + 0.9 * s)),
    (steps.Color(0.9), ROUNDED, lambda image, s: ImageEnhance.Color(image).enhance(1 + 0.9 * s)),
    (steps.Contrast(0.9), ROUNDED, lambda image, s: ImageEnhance.Contrast(image).enhance(1 + 0.9 * s)),
    (steps.Sharpness(0.9), ROUNDED, lambda image, s: ImageEnhance.Sharpness(image).enhance(1 + 0.9 * s)),
    (steps.Posterize(4), 0, lambda image, s: ImageOps.posterize(image, 8 - round(4 * abs(s)))),
    (steps.Posterize(6), 0, lambda image, s: ImageOps.posterize(image, 8 - round(6 * abs(s)))),
    (steps.Solarize(), 0, lambda image, s: ImageOps.solarize(image, 256 * (1 - abs(s)))),
    (steps.AutoContrast(), ROUNDED, lambda image, s: ImageOps.autocontrast(image)),
    (steps.Equalize(), 0, lambda image, s: ImageOps.equalize(image)),
]


@pytest.mark.parametrize(("step", "tolerance", "pillow"), PILLOW, ids=[str(row[0]) for row in PILLOW])
@pytest.mark.parametrize("strength", [-1.0, -0.3, 0.0, 0.5, 1.0])
def test_as_pillow(step: steps.Tone, tolerance: float, pillow: Any, strength: float) -> None:
    images = _photos()
    expected = [np.asarray(pillow(Image.fromarray(image.astype(np.uint8)), strength)) for image in images]
    np.testing.assert_allclose(_apply(step, images, strength), expected, atol=tolerance)


@pytest.mark.parametrize("step", NEUTRAL, ids=str)
def test_strength_0_changes_nothing(step: steps.Tone) -> None:
    images = pictures(3) * np.float32(0.997)  # no whole numbers
    np.testing.assert_allclose(_apply(step, images, 0.0), images, atol=1e-4)


@pytest.mark.parametrize("step", MOVES, ids=str)
def test_strength_0_moves_nothing(step: steps.Move) -> None:
    np.testing.assert_array_equal(step.matrix(tf.zeros(2)), np.stack([np.eye(3)] * 2))


@pytest.mark.parametrize("axis", [0, 1])
def test_translate_by_a_share_of_the_side(axis: int) -> None:
    matrices = steps.Translate(axis, 0.5).matrix(tf.constant([0.4]))
    shown = resample(tf.constant(ramp(21)), matrices)[0, :, :, axis].numpy()
    line = shown[10] if axis == 0 else shown[:, 10]
    np.testing.assert_allclose(line[:17], np.arange(17) + 4, atol=1e-3)  # 0.2 of 20 steps


@pytest.mark.parametrize("axis", [0, 1])
def test_shear_moves_lines_against_one_another(axis: int) -> None:
    matrices = steps.Shear(axis, 0.5).matrix(tf.constant([0.8]))
    shown = resample(tf.constant(ramp(21)), matrices)[0, :, :, axis].numpy()
    lines = shown if axis == 0 else shown.T
    for place in (5, 10, 15):
        np.testing.assert_allclose(lines[place, 8:13], np.arange(8, 13) + 0.4 * (place - 10), atol=1e-3)


def test_rotate_by_degrees() -> None:
    images = pictures(1, 11, 11)
    shown = resample(tf.constant(images), steps.Rotate(135).matrix(tf.constant([90 / 135])))
    np.testing.assert_allclose(shown, np.rot90(images, 1, axes=(1, 2)), atol=1e-2)
