"""Convolutions of one pixel as matrix products, which TensorFlow differentiates faster.

A 1x1 convolution multiplies each pixel's channels by a matrix, and the gradients of a product cost no more
than two products; TensorFlow's gradients of a convolution do (docs/decisions.md, 43).
"""

from collections.abc import Iterable

import keras
from keras import layers, ops


def multiply_pixels(parts: Iterable[keras.Layer]) -> None:
    """Lets every plain 1x1 convolution among `parts` compute a product; the same function, to rounding.

    Layers, weights and configs stay as they are, and so does all that is copied or saved from them.
    """
    for layer in parts:
        if type(layer) is layers.Conv2D and _is_pointwise(layer):
            layer.convolution_op = _product  # the method that `call` leaves the convolution to


def _is_pointwise(layer: layers.Conv2D) -> bool:
    is_plain = layer.groups == 1 and layer.data_format == "channels_last"
    return is_plain and layer.kernel_size == layer.strides == (1, 1)


def _product(images: keras.KerasTensor, kernel: keras.KerasTensor) -> keras.KerasTensor:
    """[batch, height, width, channels] by [1, 1, channels, filters]."""
    return ops.tensordot(images, kernel[0, 0], axes=1)
