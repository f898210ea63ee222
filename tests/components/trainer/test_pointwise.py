"""1x1 convolutions as products: the same function and gradients, and nothing else is touched."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from components.trainer.pointwise import multiply_pixels

IMAGES = np.random.default_rng(3).normal(size=(4, 5, 6, 7)).astype(np.float32)


class OwnConvolution(layers.Conv2D):
    """Somebody's own layer, which may mean anything by its kernel."""


def _answer_and_gradients(layer: keras.Layer) -> list[np.ndarray]:
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(images)
        answer = layer(images)
        loss = tf.reduce_sum(answer**2)
    return [answer, *tape.gradient(loss, [images, *layer.trainable_variables])]


def _multiplied(layer: keras.Layer) -> bool:
    multiply_pixels([layer])
    layer.build(IMAGES.shape)
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec(IMAGES.shape)).graph
    return "MatMul" in {operation.type for operation in graph.get_operations()}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_function_and_gradients_stay(bias: bool, policy: str) -> None:
    layer = layers.Conv2D(9, 1, use_bias=bias, activation="relu6", dtype=policy)
    expected = _answer_and_gradients(layer)
    multiply_pixels([layer])
    tolerance = 1e-4 if policy == "float32" else 0.1
    for array, reached in zip(expected, _answer_and_gradients(layer), strict=True):
        assert array.dtype == reached.dtype
        np.testing.assert_allclose(
            tf.cast(reached, tf.float32), tf.cast(array, tf.float32), rtol=tolerance, atol=tolerance
        )


def test_a_plain_one_is_multiplied() -> None:
    assert _multiplied(layers.Conv2D(9, 1))


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(9, 3),
        layers.Conv2D(9, (1, 3)),
        layers.Conv2D(9, 1, strides=2),
        layers.Conv2D(14, 1, groups=7),
        layers.DepthwiseConv2D(1),
        OwnConvolution(9, 1),
    ],
    ids=["large", "oblong", "strided", "grouped", "depthwise", "own"],
)
def test_any_other_one_stays_a_convolution(layer: keras.Layer) -> None:
    assert not _multiplied(layer)


def test_a_copy_is_a_plain_convolution() -> None:
    layer = layers.Conv2D(9, 1)
    multiply_pixels([layer])
    assert "convolution_op" in vars(layer)
    assert "convolution_op" not in vars(layers.Conv2D.from_config(layer.get_config()))
