"""Random views: the same one wherever it is drawn, and what a config switches on."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.augment.drawing import augment, ops_of, seed_of
from components.augment.erasing import Erasing
from components.augment.ops import (
    Brightness,
    Contrast,
    Crop,
    HorizontalFlip,
    Op,
    Rotation,
    VerticalFlip,
    Zoom,
)
from components.augment.policies import rand_augment, trivial_augment
from pipeline.augment_config import AugmentConfig
from tests.components.augment.views_of import pictures, seeds_of

PLAIN_OPS = (
    HorizontalFlip(),
    VerticalFlip(),
    Rotation(30.0),
    Zoom(0.2),
    Crop(0.3),
    Brightness(0.2),
    Contrast(0.4),
)
ALL_OPS = (*PLAIN_OPS, rand_augment(2, 0.5), trivial_augment(), Erasing(0.7))


@settings(max_examples=20, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(3, 24), st.integers(3, 24)),
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


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(5)), cut=st.integers(0, 5))
def test_view_does_not_depend_on_its_batch(order: list[int], cut: int) -> None:
    images, seeds = pictures(5), seeds_of(5).numpy()
    together = augment(tf.constant(images), tf.constant(seeds), ALL_OPS).numpy()
    for rows in filter(None, (order[:cut], order[cut:])):
        apart = augment(tf.constant(images[rows]), tf.constant(seeds[rows]), ALL_OPS).numpy()
        # To the bit: a value on the edge of a step of a policy would jump.
        np.testing.assert_array_equal(apart, together[rows])


def test_views_differ_from_one_another() -> None:
    images = tf.constant(np.repeat(pictures(1), 4, axis=0))
    views = [augment(images, seeds_of(4, view), ALL_OPS).numpy() for view in (1, 2)]
    flat = np.concatenate(views).reshape(8, -1)
    distances = np.abs(flat[:, None] - flat[None]).mean(axis=2)
    assert distances[~np.eye(8, dtype=bool)].min() > 1


def test_same_view_eagerly_in_a_function_and_in_tf_data() -> None:
    images, seeds = tf.constant(pictures(3)), seeds_of(3)
    eager = augment(images, seeds, PLAIN_OPS).numpy()
    compiled = tf.function(lambda images, seeds: augment(images, seeds, PLAIN_OPS))(images, seeds).numpy()
    dataset = tf.data.Dataset.from_tensor_slices((images, seeds)).batch(2)
    batches = [view.numpy() for view in dataset.map(lambda images, seeds: augment(images, seeds, PLAIN_OPS))]
    np.testing.assert_allclose(compiled, eager, atol=1e-3)
    np.testing.assert_allclose(np.concatenate(batches), eager, atol=1e-3)


@pytest.mark.parametrize("op", [rand_augment(2, 0.5), Erasing(0.7)])
def test_policies_eagerly_and_in_a_function(op: Op) -> None:
    images, seeds = tf.constant(pictures(12)), seeds_of(12)
    eager = augment(images, seeds, (op,)).numpy()
    compiled = tf.function(lambda images, seeds: augment(images, seeds, (op,)))(images, seeds).numpy()
    assert (np.abs(compiled - eager) < 1e-2).mean() > 0.99  # the rest stood on the edge of a step
    assert not np.array_equal(eager, images)


def test_no_ops_change_nothing() -> None:
    images = pictures(2)
    np.testing.assert_array_equal(augment(tf.constant(images), seeds_of(2), ()), images)


OFF = {
    "horizontal_flip": False,
    "rotation_degrees": 0,
    "zoom": 0,
    "crop": 0,
    "brightness": 0,
    "contrast": 0,
}


@pytest.mark.parametrize(
    ("switched", "ops"),
    [
        ({}, ()),
        ({"views": 9, "batch_size": 7}, ()),
        ({"vertical_flip": True}, (VerticalFlip(),)),
        ({"crop": 0.2}, (Crop(0.2),)),
        ({"erasing": 0.25}, (Erasing(0.25),)),
        ({"policy": "trivial_augment"}, (trivial_augment(),)),
        (
            {"policy": "rand_augment", "policy_operations": 3, "policy_magnitude": 0.5},
            (rand_augment(3, 0.5),),
        ),
    ],
)
def test_ops_of_switches(switched: dict[str, Any], ops: tuple[Op, ...]) -> None:
    assert ops_of(AugmentConfig.model_validate({**OFF, **switched})) == ops


def test_ops_of_in_their_order() -> None:
    ops = ops_of(AugmentConfig(vertical_flip=True, policy="rand_augment", erasing=0.1))
    assert [type(op).__name__ for op in ops] == [
        *("HorizontalFlip", "VerticalFlip", "Rotation", "Zoom", "Crop", "Brightness", "Contrast"),
        *("Policy", "Erasing"),
    ]


def test_seed_of_is_stable() -> None:
    assert seed_of(17, b"0a1b", 2) == (959240644, 1117683355)


@given(seed=st.integers(0, 2**31 - 1), image_id=st.binary(max_size=70), view=st.integers(0, 64))
def test_seed_of_fits_and_differs_by_view(seed: int, image_id: bytes, view: int) -> None:
    numbers = seed_of(seed, image_id, view)
    assert all(-(2**31) <= number < 2**31 for number in numbers)
    assert numbers != seed_of(seed, image_id, view + 1)
    assert numbers != seed_of(seed + 1, image_id, view)
    assert numbers == seed_of(seed, image_id, view)
