"""Random views: the same one wherever it is drawn, and what a config switches on."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.augment.drawing import augment, draws_of, ops_of
from components.augment.erasing import Erasing
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
from components.augment.policies import rand_augment, trivial_augment
from pipeline.settings.augment import AugmentConfig
from tests.components.augment.views_of import draws_for, pictures

PLAIN_OPS = (
    HorizontalFlip(),
    VerticalFlip(),
    Transpose(),
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
    seed=st.integers(0, 2**31 - 1),
    view_number=st.integers(1, 64),
    which=st.sets(st.integers(0, len(ALL_OPS) - 1), min_size=1),
)
def test_any_view_keeps_shape_and_range(
    shape: tuple[int, int, int], seed: int, view_number: int, which: set[int]
) -> None:
    images = pictures(*shape)
    ops = tuple(ALL_OPS[index] for index in sorted(which))
    draws = draws_of(seed, [b"%d" % place for place in range(shape[0])], view_number, ops)
    view = augment(tf.constant(images), draws, ops).numpy()
    assert view.shape == images.shape
    assert view.dtype == np.float32
    assert view.min() >= 0 and view.max() <= 255


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(5)), cut=st.integers(0, 5))
@example(order=[0, 1, 2, 3, 4], cut=1)
def test_view_does_not_depend_on_its_batch(order: list[int], cut: int) -> None:
    images, draws = pictures(5), draws_for(5, ALL_OPS)
    together = augment(tf.constant(images), draws, ALL_OPS).numpy()
    for rows in filter(None, (order[:cut], order[cut:])):
        apart = augment(tf.constant(images[rows]), draws[rows], ALL_OPS).numpy()
        # To the bit: a value on the edge of a step of a policy would jump.
        np.testing.assert_array_equal(apart, together[rows])


def test_views_differ_from_one_another() -> None:
    images = tf.constant(np.repeat(pictures(1), 4, axis=0))
    views = [augment(images, draws_for(4, ALL_OPS, view), ALL_OPS).numpy() for view in (1, 2)]
    flat = np.concatenate(views).reshape(8, -1)
    distances = np.abs(flat[:, None] - flat[None]).mean(axis=2)
    assert distances[~np.eye(8, dtype=bool)].min() > 1


def test_same_view_eagerly_in_a_function_and_in_tf_data() -> None:
    images, draws = tf.constant(pictures(3)), draws_for(3, PLAIN_OPS)
    eager = augment(images, draws, PLAIN_OPS).numpy()
    compiled = tf.function(lambda images, draws: augment(images, draws, PLAIN_OPS))(images, draws).numpy()
    dataset = tf.data.Dataset.from_tensor_slices((images, draws)).batch(2)
    batches = [view.numpy() for view in dataset.map(lambda images, draws: augment(images, draws, PLAIN_OPS))]
    np.testing.assert_allclose(compiled, eager, atol=1e-3)
    np.testing.assert_allclose(np.concatenate(batches), eager, atol=1e-3)


@pytest.mark.parametrize("op", [rand_augment(2, 0.5), Erasing(0.7)])
def test_policies_eagerly_and_in_a_function(op: Op) -> None:
    images, draws = tf.constant(pictures(12)), draws_for(12, (op,))
    eager = augment(images, draws, (op,)).numpy()
    compiled = tf.function(lambda images, draws: augment(images, draws, (op,)))(images, draws).numpy()
    assert (np.abs(compiled - eager) < 1e-2).mean() > 0.99  # the rest stood on the edge of a step
    assert not np.array_equal(eager, images)


def test_no_ops_change_nothing() -> None:
    images = pictures(2)
    np.testing.assert_array_equal(augment(tf.constant(images), draws_for(2, ()), ()), images)


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
        ({"transpose": True}, (Transpose(),)),
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
    ops = ops_of(AugmentConfig(vertical_flip=True, transpose=True, policy="rand_augment", erasing=0.1))
    assert [type(op).__name__ for op in ops] == [
        *(
            "HorizontalFlip",
            "VerticalFlip",
            "Transpose",
            "Rotation",
            "Zoom",
            "Crop",
            "Brightness",
            "Contrast",
        ),
        *("Policy", "Erasing"),
    ]


def test_draws_are_stable() -> None:
    ops = (HorizontalFlip(), VerticalFlip(), Rotation(10.0))
    draws = draws_of(17, [b"0a1b", b""], 2, ops)
    np.testing.assert_allclose(
        draws, [[0.13244, 0.839334, 0.406226], [0.190247, 0.548562, 0.583341]], atol=1e-6
    )


@given(
    seed=st.integers(0, 2**31 - 1),
    image_ids=st.lists(st.binary(max_size=70), max_size=3, unique=True),
    view=st.integers(1, 2**10),
)
def test_draws_fit_and_differ_by_seed_picture_and_view(seed: int, image_ids: list[bytes], view: int) -> None:
    ops = (Rotation(10.0), Crop(0.1))
    draws = draws_of(seed, image_ids, view, ops)
    assert draws.shape == (len(image_ids), 4)
    assert draws.dtype == np.float32
    assert ((draws >= 0) & (draws < 1)).all()
    assert len({tuple(row) for row in draws}) == len(image_ids)
    for other in (draws_of(seed + 1, image_ids, view, ops), draws_of(seed, image_ids, view + 1, ops)):
        assert (other != draws).any(axis=1).all()


def test_each_view_is_uniform_over_the_pictures() -> None:
    draws = draws_for(4000, (Rotation(10.0), Crop(0.1)), view=3)
    counts = [np.histogram(column, bins=8, range=(0, 1))[0] for column in draws.T]
    np.testing.assert_allclose(counts, 500, atol=110)  # five deviations
    np.testing.assert_allclose(np.corrcoef(draws.T), np.eye(4), atol=0.08)


@pytest.mark.parametrize("count", [4, 8, 16])
def test_first_views_of_a_picture_stand_one_in_each_part_of_every_range(count: int) -> None:
    views = [draws_for(5, (Rotation(10.0), Crop(0.1)), view) for view in range(count)]
    parts = np.floor(np.sort(views, axis=0) * count)
    np.testing.assert_array_equal(parts, np.broadcast_to(np.arange(count)[:, None, None], parts.shape))


def test_eight_views_show_all_eight_ways_to_lay_down_a_square() -> None:
    ops = (HorizontalFlip(), VerticalFlip(), Transpose())
    images = pictures(2, 9, 9)
    views = [augment(tf.constant(images), draws_for(2, ops, view), ops).numpy() for view in range(8)]
    for place, image in enumerate(images):
        turned = [np.rot90(image, quarters) for quarters in range(4)]
        ways = {way.tobytes() for one in turned for way in (one, one[::-1])}
        assert {view[place].tobytes() for view in views} == ways


def test_four_views_show_all_four_flips_and_the_plain_view_none() -> None:
    ops = (HorizontalFlip(), VerticalFlip())
    images = pictures(3)
    views = [augment(tf.constant(images), draws_for(3, ops, view), ops).numpy() for view in range(4)]
    np.testing.assert_array_equal(views[0], images)
    for place, image in enumerate(images):
        shown = {view[place].tobytes() for view in views}
        assert shown == {np.flip(image, axes).tobytes() for axes in ((), (0,), (1,), (0, 1))}
