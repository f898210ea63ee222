"""Random erasing: a rectangle of a view is painted over, so that no single part of a thing decides.

References:
    Zhong et al., "Random Erasing Data Augmentation", AAAI 2020, https://arxiv.org/abs/1708.04896. The paper
    paints with noise, or with a mean colour; the mean colour of the picture itself needs no knowledge of
    the trunk's scaling.
"""

import math
from dataclasses import dataclass

import tensorflow as tf

from components.augment.ops import Photometric, between

_AREA = (0.02, 0.33)
"""Smallest and largest share of the picture's area."""
_ASPECT = (0.3, 1 / 0.3)
"""Height by width; equally likely as its inverse."""


@dataclass(frozen=True)
class Erasing(Photometric):
    """A rectangle of the picture's mean colour, in `probability` of the views."""

    probability: float

    @property
    def draws(self) -> int:
        """Whether, area, aspect, and place in both directions."""
        return 5

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        height, width = images.shape[1], images.shape[2]
        area = between(draw[:, 1], *_AREA)
        aspect = tf.exp(between(draw[:, 2], math.log(_ASPECT[0]), math.log(_ASPECT[1])))
        rows = _span(tf.sqrt(area * aspect), draw[:, 3], height)
        columns = _span(tf.sqrt(area / aspect), draw[:, 4], width)
        is_drawn = (draw[:, 0] < self.probability)[:, None, None]
        erased = tf.cast(is_drawn & rows[:, :, None] & columns[:, None, :], tf.float32)[..., None]
        mean = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
        return images + (mean - images) * erased


def _span(share: tf.Tensor, place: tf.Tensor, size: int) -> tf.Tensor:
    """bool [batch, size]: a run of pixels that is `share` of all, at most all, anywhere."""
    length = tf.round(share * size)
    start = tf.floor(place * (size - length + 1))
    pixels = tf.range(size, dtype=tf.float32)[None]
    return (pixels >= start[:, None]) & (pixels < (start + length)[:, None])
