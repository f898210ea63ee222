"""Views of service: reversals, exact, and none of them the plain one."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from components.test_time_views import view
from pipeline.trainer_config import TestTimeView

IMAGES = np.random.default_rng(1).uniform(0, 255, (2, 4, 5, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("horizontal_flip", IMAGES[:, :, ::-1]),
        ("vertical_flip", IMAGES[:, ::-1]),
        ("half_turn", IMAGES[:, ::-1, ::-1]),
    ],
)
def test_known_pixels(name: str, expected: np.ndarray) -> None:
    np.testing.assert_array_equal(view(tf.constant(IMAGES), name), expected)


@pytest.mark.parametrize("name", get_args(TestTimeView))
def test_twice_is_the_plain_view(name: str) -> None:
    once = view(tf.constant(IMAGES), name)
    assert not np.array_equal(once, IMAGES)
    np.testing.assert_array_equal(view(once, name), IMAGES)


def test_served_graph_holds_nothing_random() -> None:
    graph = tf.function(lambda images: view(images, "half_turn")).get_concrete_function(
        tf.TensorSpec([None, 4, 5, 3])
    )
    assert not [op.name for op in graph.graph.get_operations() if "Random" in op.type]
