"""Views of service: reversals, exact, and none of them the plain one."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from components.test_time_views import turned_back, view
from pipeline.settings.trainer import TestTimeView

IMAGES = np.random.default_rng(1).uniform(0, 255, (2, 5, 5, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("horizontal_flip", IMAGES[:, :, ::-1]),
        ("vertical_flip", IMAGES[:, ::-1]),
        ("half_turn", IMAGES[:, ::-1, ::-1]),
        ("transpose", IMAGES.transpose(0, 2, 1, 3)),
        ("left_turn", np.rot90(IMAGES, 1, axes=(1, 2))),
        ("right_turn", np.rot90(IMAGES, -1, axes=(1, 2))),
        ("anti_transpose", np.rot90(IMAGES.transpose(0, 2, 1, 3), 2, axes=(1, 2))),
    ],
)
def test_known_pixels(name: str, expected: np.ndarray) -> None:
    np.testing.assert_array_equal(view(tf.constant(IMAGES), name), expected)


@pytest.mark.parametrize("name", get_args(TestTimeView))
def test_turned_back_is_the_plain_view(name: str) -> None:
    once = view(tf.constant(IMAGES), name)
    assert not np.array_equal(once, IMAGES)
    np.testing.assert_array_equal(turned_back(once, name), IMAGES)


def test_all_of_them_are_the_ways_to_lay_down_a_square() -> None:
    seen = {view(tf.constant(IMAGES), name).numpy().tobytes() for name in get_args(TestTimeView)}
    turned = [np.rot90(IMAGES, quarters, axes=(1, 2)) for quarters in range(4)]
    ways = {way.tobytes() for one in turned for way in (one, one[:, :, ::-1])}
    assert seen == ways - {IMAGES.tobytes()}


@pytest.mark.parametrize("name", ["half_turn", "left_turn"])
def test_served_graph_holds_nothing_random(name: str) -> None:
    graph = tf.function(lambda images: view(images, name)).get_concrete_function(
        tf.TensorSpec([None, 5, 5, 3])
    )
    assert not [op.name for op in graph.graph.get_operations() if "Random" in op.type]
