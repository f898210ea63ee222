"""Random views: each operation's geometry and values, and the same view wherever it is drawn."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.augment.ops import (
    Brightness,
    Contrast,
    Crop,
    Geometric,
    HorizontalFlip,
    Op,
    Photometric,
    Rotation,
    VerticalFlip,
    Zoom,
    augment,
    ops_of,
    seed_of,
)
from pipeline.config import AugmentConfig

ALL_OPS = (
    HorizontalFlip(),
    VerticalFlip(),
    Rotation(30.0),
    Zoom(0.2),
    Crop(0.3),
    Brightness(0.2),
    Contrast(0.4),
)


class _ChosenGeometric(Geometric):
    """An operation whose draw the test chooses."""

    def __init__(self, op: Any, *draw: float) -> None:
        self._op, self._draw = op, draw

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        return self._op.matrix(tf.tile([self._draw], (tf.shape(draw)[0], 1)))


class _ChosenPhotometric(Photometric):
    def __init__(self, op: Any, *draw: float) -> None:
        self._op, self._draw = op, draw

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        return self._op.apply(images, tf.tile([self._draw], (tf.shape(draw)[0], 1)))


def view_of(images: np.ndarray, op: Op, *draw: float) -> np.ndarray:
    chosen = (_ChosenGeometric if isinstance(op, Geometric) else _ChosenPhotometric)(op, *draw)
    return augment(tf.constant(images), seeds_of(len(images)), (chosen,)).numpy()


def seeds_of(count: int, view: int = 1) -> tf.Tensor:
    return tf.constant([seed_of(17, b"picture %d" % place, view) for place in range(count)], tf.int32)


def pictures(count: int, height: int = 12, width: int = 10, seed: int = 4) -> np.ndarray:
    values = np.random.default_rng(seed).integers(0, 256, (count, height, width, 3))
    return values.astype(np.float32)


def ramp(size: int) -> np.ndarray:
    """Channel 0 grows with x, channel 1 with y; both are 0 in the corner and `size` - 1 opposite."""
    y, x = np.mgrid[:size, :size].astype(np.float32)
    return np.stack([x, y, np.zeros_like(x)], axis=-1)[None]


@pytest.mark.parametrize(
    ("op", "draw"),
    [
        (HorizontalFlip(), (0.5,)),
        (VerticalFlip(), (0.99,)),
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


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(2, 24), st.integers(2, 24)),
    seed=st.integers(-(2**31), 2**31 - 1),
    which=st.sets(st.integers(0, len(ALL_OPS) - 1), min_size=1),
)
def test_any_view_keeps_shape_and_range(shape: tuple[int, int, int], seed: int, which: set[int]) -> None:
    images = pictures(*shape)
    seeds = tf.constant([[seed, place] for place in range(shape[0])], tf.int32)
    view = augment(tf.constant(images), seeds, tuple(ALL_OPS[index] for index in sorted(which))).numpy()
    assert view.shape == images.shape
    assert view.dtype == np.float32
    assert view.min() >= 0 and view.max() <= 255


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(5)), cut=st.integers(0, 5))
def test_view_does_not_depend_on_its_batch(order: list[int], cut: int) -> None:
    images, seeds = pictures(5), seeds_of(5).numpy()
    together = augment(tf.constant(images), tf.constant(seeds), ALL_OPS).numpy()
    for rows in filter(None, (order[:cut], order[cut:])):
        apart = augment(tf.constant(images[rows]), tf.constant(seeds[rows]), ALL_OPS).numpy()
        np.testing.assert_allclose(apart, together[rows], atol=1e-3)


def test_views_differ_from_one_another() -> None:
    images = tf.constant(np.repeat(pictures(1), 4, axis=0))
    views = [augment(images, seeds_of(4, view), ALL_OPS).numpy() for view in (1, 2)]
    flat = np.concatenate(views).reshape(8, -1)
    distances = np.abs(flat[:, None] - flat[None]).mean(axis=2)
    assert distances[~np.eye(8, dtype=bool)].min() > 1


def test_same_view_eagerly_in_a_function_and_in_tf_data() -> None:
    images, seeds = tf.constant(pictures(3)), seeds_of(3)
    eager = augment(images, seeds, ALL_OPS).numpy()
    compiled = tf.function(lambda images, seeds: augment(images, seeds, ALL_OPS))(images, seeds).numpy()
    dataset = tf.data.Dataset.from_tensor_slices((images, seeds)).batch(2)
    batches = [view.numpy() for view in dataset.map(lambda images, seeds: augment(images, seeds, ALL_OPS))]
    np.testing.assert_allclose(compiled, eager, atol=1e-3)
    np.testing.assert_allclose(np.concatenate(batches), eager, atol=1e-3)


def test_no_ops_change_nothing() -> None:
    images = pictures(2)
    np.testing.assert_array_equal(augment(tf.constant(images), seeds_of(2), ()), images)


def test_ops_of_switches() -> None:
    off = {
        "horizontal_flip": False,
        "rotation_degrees": 0,
        "zoom": 0,
        "crop": 0,
        "brightness": 0,
        "contrast": 0,
    }
    assert ops_of(AugmentConfig.model_validate(off)) == ()
    assert ops_of(AugmentConfig.model_validate({**off, "vertical_flip": True})) == (VerticalFlip(),)
    assert ops_of(AugmentConfig.model_validate({**off, "crop": 0.2})) == (Crop(0.2),)


def test_ops_of_geometric_before_photometric() -> None:
    ops = ops_of(AugmentConfig(vertical_flip=True))
    assert len(ops) == 7
    assert [isinstance(op, Geometric) for op in ops] == [True] * 5 + [False] * 2


def test_seed_of_is_stable() -> None:
    assert seed_of(17, b"0a1b", 2) == (959240644, 1117683355)


@given(seed=st.integers(0, 2**31 - 1), image_id=st.binary(max_size=70), view=st.integers(0, 64))
def test_seed_of_fits_and_differs_by_view(seed: int, image_id: bytes, view: int) -> None:
    numbers = seed_of(seed, image_id, view)
    assert all(-(2**31) <= number < 2**31 for number in numbers)
    assert numbers != seed_of(seed, image_id, view + 1)
    assert numbers != seed_of(seed + 1, image_id, view)
    assert numbers == seed_of(seed, image_id, view)
