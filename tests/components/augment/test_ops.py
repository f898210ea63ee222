"""The plain operations: each one's geometry and values."""

import numpy as np
import pytest

from components.augment.ops import (
    Brightness,
    Contrast,
    Crop,
    HorizontalFlip,
    Op,
    Rotation,
    Transpose,
    VerticalFlip,
    Zoom,
)
from tests.components.augment.views_of import pictures, ramp, view_of


@pytest.mark.parametrize(
    ("op", "draw"),
    [
        (HorizontalFlip(), (0.5,)),
        (VerticalFlip(), (0.99,)),
        (Transpose(), (0.5,)),
        (Rotation(30.0), (0.5,)),
        (Zoom(0.2), (0.5,)),
        (Crop(0.3), (0.0, 0.1, 0.8)),
        (Brightness(0.2), (0.5,)),
        (Contrast(0.4), (0.5,)),
    ],
)
@pytest.mark.parametrize("shape", [(12, 10), (9, 9), (224, 224)])
def test_neutral_draw_changes_nothing(op: Op, draw: tuple[float, ...], shape: tuple[int, int]) -> None:
    images = pictures(2, *shape)
    np.testing.assert_allclose(view_of(images, op, *draw), images, atol=2e-2)


@pytest.mark.parametrize("shape", [(12, 10), (9, 9), (224, 224)])
def test_horizontal_flip(shape: tuple[int, int]) -> None:
    images = pictures(2, *shape)
    np.testing.assert_allclose(view_of(images, HorizontalFlip(), 0.2), images[:, :, ::-1], atol=2e-2)


@pytest.mark.parametrize("shape", [(12, 10), (9, 9), (224, 224)])
def test_vertical_flip(shape: tuple[int, int]) -> None:
    images = pictures(2, *shape)
    np.testing.assert_allclose(view_of(images, VerticalFlip(), 0.2), images[:, ::-1], atol=2e-2)


@pytest.mark.parametrize("size", [9, 224])
def test_transpose(size: int) -> None:
    images = pictures(2, size, size)
    np.testing.assert_array_equal(view_of(images, Transpose(), 0.2), images.transpose(0, 2, 1, 3))


@pytest.mark.parametrize(("draw", "quarters"), [(0.75, 1), (0.25, -1), (0.0, 2)])
def test_rotation_by_quarters_is_exact(draw: float, quarters: int) -> None:
    images = pictures(2, 11, 11)
    expected = np.rot90(images, quarters, axes=(1, 2))
    np.testing.assert_allclose(view_of(images, Rotation(180.0), draw), expected, atol=1e-3)


@pytest.mark.parametrize("op", [HorizontalFlip(), VerticalFlip(), Rotation(180.0)])
def test_every_draw_of_a_turn_or_flip_keeps_the_centre(op: Op) -> None:
    images = pictures(1, 11, 11)
    for draw in (0.0, 0.3, 0.6, 0.9):
        np.testing.assert_allclose(view_of(images, op, draw)[0, 5, 5], images[0, 5, 5], atol=1e-3)


def test_zoom_in_shows_the_middle() -> None:
    view = view_of(ramp(31), Zoom(0.5), 1.0)[0]
    expected = 15 + (np.arange(31) - 15) / 1.5
    np.testing.assert_allclose(view[15, :, 0], expected, atol=1e-3)
    np.testing.assert_allclose(view[:, 15, 1], expected, atol=1e-3)


def test_zoom_out_shows_the_whole_and_its_mirror() -> None:
    view = view_of(ramp(31), Zoom(0.5), 0.0)[0, 15, :, 0]
    np.testing.assert_allclose(view[8:23], 15 + (np.arange(8, 23) - 15) * 2, atol=1e-3)
    assert view[0] > view[4] > view[7]
    assert view.min() >= 0 and view.max() <= 30


@pytest.mark.parametrize(
    ("draw", "left", "top"),
    [((1.0, 0.0, 1.0), 0, 15), ((1.0, 1.0, 0.0), 15, 0), ((1.0, 0.5, 0.5), 7.5, 7.5)],
)
def test_crop_shows_its_window(draw: tuple[float, ...], left: float, top: float) -> None:
    view = view_of(ramp(31), Crop(0.5), *draw)[0]
    np.testing.assert_allclose(view[3, :, 0], left + np.arange(31) / 2, atol=1e-3)
    np.testing.assert_allclose(view[:, 3, 1], top + np.arange(31) / 2, atol=1e-3)


@pytest.mark.parametrize(("draw", "shift"), [(0.0, -25.5), (0.5, 0.0), (0.75, 12.75), (1.0, 25.5)])
def test_brightness_shifts_every_value(draw: float, shift: float) -> None:
    images = pictures(2)
    expected = np.clip(images + shift, 0, 255)
    np.testing.assert_allclose(view_of(images, Brightness(0.1), draw), expected, atol=1e-3)


@pytest.mark.parametrize(("draw", "gain"), [(0.0, 0.5), (0.25, 0.75), (1.0, 1.5)])
def test_contrast_scales_about_each_pictures_mean(draw: float, gain: float) -> None:
    images = pictures(2) * np.array([0.3, 1.0], np.float32)[:, None, None, None]
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    expected = np.clip(mean + (images - mean) * gain, 0, 255)
    np.testing.assert_allclose(view_of(images, Contrast(0.5), draw), expected, atol=1e-3)
