"""Multiply-adds, counted by hand."""

import keras
import pytest
from keras import layers

from components.backbone.cost import multiply_adds


def _of(*parts: keras.Layer) -> int:
    return multiply_adds(keras.Sequential([keras.Input((8, 8, 6)), *parts]))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Conv2D(4, 3, padding="same"), 8 * 8 * 3 * 3 * 6 * 4),
        (layers.Conv2D(4, 3, 2, padding="same", use_bias=False), 4 * 4 * 3 * 3 * 6 * 4),
        (layers.Conv2D(4, 3, groups=2), 6 * 6 * 3 * 3 * 3 * 4),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), 6 * 6 * 3 * 3 * 6 * 2),
        (layers.SeparableConv2D(4, 3), 6 * 6 * (3 * 3 * 6 + 6 * 4)),
        (layers.Dense(5), 8 * 8 * 6 * 5),
        (layers.BatchNormalization(), 0),
        (layers.MaxPooling2D(), 0),
    ],
)
def test_layers(layer: keras.Layer, expected: int) -> None:
    assert _of(layer) == expected


def test_nested_models_count() -> None:
    inner = keras.Sequential([keras.Input((8, 8, 6)), layers.Conv2D(4, 1)])
    assert _of(inner, layers.Flatten(), layers.Dense(2)) == 8 * 8 * 6 * 4 + 8 * 8 * 4 * 2
