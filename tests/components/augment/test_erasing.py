"""Random erasing: one rectangle, of the paper's area and aspect, anywhere, in the picture's mean colour."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.augment.drawing import augment
from components.augment.erasing import Erasing
from tests.components.augment.views_of import draws_for, pictures, view_of

UNIT = st.floats(0, 1, exclude_max=True, width=32)


@settings(max_examples=40, deadline=None)
@given(area=UNIT, aspect=UNIT, x=UNIT, y=UNIT)
def test_a_rectangle_in_the_mean_colour(area: float, aspect: float, x: float, y: float) -> None:
    images = pictures(2, 40, 50)
    view = view_of(images, Erasing(0.5), 0.49, area, aspect, y, x)
    for image, shown in zip(images, view, strict=True):
        rows, columns = np.nonzero((image != shown).any(axis=-1))
        top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
        inside = shown[top:bottom, left:right]
        np.testing.assert_allclose(inside, np.broadcast_to(image.mean(axis=(0, 1)), inside.shape), atol=1e-3)
        shown[top:bottom, left:right] = image[top:bottom, left:right]
        np.testing.assert_array_equal(shown, image)
        assert 0.014 < (bottom - top) * (right - left) / (40 * 50) < 0.35


@pytest.mark.parametrize(("chance", "is_erased"), [(0.0, True), (0.29, True), (0.3, False), (0.9, False)])
def test_probability(chance: float, is_erased: bool) -> None:
    images = pictures(2, 30, 30)
    view = view_of(images, Erasing(0.3), chance, 0.5, 0.5, 0.5, 0.5)
    assert np.array_equal(view, images) is not is_erased


@pytest.mark.parametrize(
    ("aspect", "y", "x", "window"),
    [
        (0.5, 0.0, 0.0, (0, 13, 0, 13)),  # 0.175 of the area, as high as wide: 0.418 of each side
        (0.5, 0.999, 0.999, (17, 30, 17, 30)),
        (0.0, 0.0, 0.5, (0, 7, 4, 27)),  # 0.3 times as high as wide: 0.229 and 0.764
        (1.0 - 1e-7, 0.5, 0.0, (4, 27, 0, 7)),
    ],
)
def test_known_windows(aspect: float, y: float, x: float, window: tuple[int, int, int, int]) -> None:
    images = pictures(1, 30, 30)
    view = view_of(images, Erasing(1.0), 0.0, 0.5, aspect, y, x)
    rows, columns = np.nonzero((images != view).any(axis=-1)[0])
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == window


def test_largest_rectangle_fits() -> None:
    images = pictures(1, 30, 30)
    for aspect in (0.0, 1.0 - 1e-7):  # 1.04 of a side
        view = view_of(images, Erasing(1.0), 0.0, 1.0 - 1e-7, aspect, 0.7, 0.7)
        assert 0.29 < (images != view).any(axis=-1).mean() < 0.35


def test_share_of_the_views() -> None:
    images = tf.constant(np.repeat(pictures(1, 16, 16), 400, axis=0))
    views = augment(images, draws_for(400, (Erasing(0.3),)), (Erasing(0.3),)).numpy()
    assert 0.22 < (views != images.numpy()).any(axis=(1, 2, 3)).mean() < 0.38
