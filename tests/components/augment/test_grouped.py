"""Different work for different pictures: every picture gets its own, in its place."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.augment.grouped import grouped

WAYS = (
    lambda images, numbers: images,
    lambda images, numbers: images + numbers[:, None],
    lambda images, numbers: -images,
)


@settings(max_examples=25, deadline=None)
@given(choice=st.lists(st.integers(0, 2), min_size=1, max_size=9))
def test_each_picture_goes_its_way(choice: list[int]) -> None:
    count = len(choice)
    images = np.random.default_rng(1).normal(size=(count, 4)).astype(np.float32)
    numbers = np.arange(count, dtype=np.float32)
    expected = [
        {0: image, 1: image + number, 2: -image}[way]
        for image, number, way in zip(images, numbers, choice, strict=True)
    ]
    done = grouped(WAYS, tf.constant(choice), tf.constant(images), tf.constant(numbers))
    np.testing.assert_array_equal(done, expected)


@pytest.mark.parametrize("is_compiled", [False, True])
def test_a_way_that_nobody_takes_is_not_gone(is_compiled: bool) -> None:
    def fails(part: tf.Tensor) -> tf.Tensor:
        with tf.control_dependencies([tf.debugging.assert_greater(tf.shape(part)[0], 0)]):
            return tf.identity(part)

    def work(images: tf.Tensor) -> tf.Tensor:
        return grouped([lambda part: part + 1, fails], tf.zeros(2, tf.int32), images)

    done = (tf.function(work) if is_compiled else work)(tf.constant([[1.0], [2.0]]))
    assert done.numpy().tolist() == [[2], [3]]
