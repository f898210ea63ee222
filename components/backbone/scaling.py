"""What pixels 0..255 become before the first layer: part of the model, because it belongs to the weights."""

from typing import Literal

import keras
from keras import layers

Pixels = Literal["0..255", "0..1", "-1..1", "imagenet", "caffe"]

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of its pixels in 0..1, by channel."""
_CAFFE_MEAN = (123.68, 116.779, 103.939)


def scaled(images: keras.KerasTensor, pixels: Pixels) -> keras.KerasTensor:
    """Brings pixels into the range that a model expects.

    Args:
        images: float32 [batch, height, width, 3] in 0..255, RGB.
        pixels: what the model expects. `imagenet`: mean and deviation of ImageNet taken off, as torch
            does it. `caffe`: BGR, ImageNet's mean taken off.

    Returns:
        float32 [batch, height, width, 3].
    """
    if pixels == "0..255":
        return images
    if pixels == "0..1":
        return layers.Rescaling(1 / 255, name="pixels")(images)
    if pixels == "-1..1":
        return layers.Rescaling(1 / 127.5, offset=-1, name="pixels")(images)
    if pixels == "caffe":
        centred = layers.Rescaling(1, offset=[-mean for mean in _CAFFE_MEAN], name="pixels")(images)
        return keras.ops.flip(centred, axis=-1)
    scale = [1 / (255 * deviation) for deviation in IMAGENET_DEVIATION]
    offset = [-mean / deviation for mean, deviation in zip(IMAGENET_MEAN, IMAGENET_DEVIATION, strict=True)]
    return layers.Rescaling(scale, offset=offset, name="pixels")(images)
