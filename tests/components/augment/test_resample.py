"""The resampling: flips are exact, matrices multiply in their order, what lies outside is mirrored."""

import numpy as np
import pytest
import tensorflow as tf

from components.augment.resample import affine, mirror, product, resample
from tests.components.augment.views_of import pictures, ramp


def _matrices(*rows: tuple[float, ...]) -> tf.Tensor:
    """From (xx, xy, yx, yy, x, y), one a picture."""
    return affine(*(tf.constant(column, tf.float32) for column in zip(*rows, strict=True)))


FLIPS = _matrices(
    *((x, 0, 0, y, 0, 0) for x in (1, -1) for y in (1, -1)),
    *((0, x, y, 0, 0, 0) for x in (1, -1) for y in (1, -1)),
)


@pytest.mark.parametrize("size", [10, 9])
def test_mirror_is_exact(size: int) -> None:
    images = pictures(8, size, size)
    upright = [(one, one[::-1], one[:, ::-1], one[::-1, ::-1]) for one in images]
    expected = [ways[place % 4] for place, ways in enumerate(upright)]
    expected[4:] = [picture.transpose(1, 0, 2) for picture in expected[4:]]
    np.testing.assert_array_equal(mirror(tf.constant(images), FLIPS), expected)


def test_mirror_equals_resample() -> None:
    images = tf.constant(pictures(8, 224, 224))
    np.testing.assert_allclose(mirror(images, FLIPS), resample(images, FLIPS), atol=2e-2)


def test_product_applies_the_first_first() -> None:
    half, aside = _matrices((0.5, 0, 0, 0.5, 0, 0)), _matrices((1, 0, 0, 1, 0.4, 0))
    images = tf.constant(ramp(21))
    one = resample(images, product([half, aside]))[0, 10, :, 0]
    other = resample(images, product([aside, half]))[0, 10, :, 0]
    np.testing.assert_allclose(one[8:14], 10 + (np.arange(8, 14) - 10) / 2 + 2, atol=1e-3)
    np.testing.assert_allclose(other[8:14], 10 + (np.arange(8, 14) - 10) / 2 + 4, atol=1e-3)


def test_outside_is_the_mirror_image() -> None:
    shifted = resample(tf.constant(ramp(11)), _matrices((1, 0, 0, 1, 0.6, 0)))[0, 5, :, 0].numpy()
    np.testing.assert_allclose(shifted[:8], np.arange(3, 11), atol=1e-3)
    assert shifted[8] >= shifted[9] >= shifted[10] > 7


def test_product_does_not_depend_on_its_batch() -> None:
    one, other = np.random.default_rng(1).normal(size=(2, 9, 3, 3)).astype(np.float32)
    whole = product([tf.constant(one), tf.constant(other)]).numpy()
    np.testing.assert_allclose(whole, one @ other, rtol=1e-5, atol=1e-6)
    for count in range(1, 9):
        part = product([tf.constant(one[:count]), tf.constant(other[:count])])
        np.testing.assert_array_equal(part, whole[:count])
