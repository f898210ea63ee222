"""What a model's forward pass costs: multiply-adds for one picture, from the shapes of its layers."""

import math

import keras
from keras import layers


def multiply_adds(model: keras.Model) -> int:
    """Counts those of convolutions and dense layers, as papers do; all others are small beside them.

    Args:
        model: functional or sequential, of a fixed input size; nested ones count too.
    """
    return sum(_of_layer(layer) for layer in model.layers)


def _of_layer(layer: keras.Layer) -> int:
    if isinstance(layer, keras.Model):
        return multiply_adds(layer)
    if isinstance(layer, layers.SeparableConv2D):
        return _places(layer) * (
            math.prod(layer.depthwise_kernel.shape) + math.prod(layer.pointwise_kernel.shape)
        )
    if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D | layers.Dense):
        # Each weight of a kernel is used once at each place of the output; groups are in its shape.
        return _places(layer) * math.prod(layer.kernel.shape)
    return 0


def _places(layer: keras.Layer) -> int:
    return math.prod(layer.output.shape[1:-1])
