"""The plain operations, and what an operation is: a small frozen change, stateless and seeded.

A geometric operation is a matrix and a photometric one a function of values, so that any number of
geometric ones costs a single resampling: their matrices are multiplied first.
"""

import math
from dataclasses import dataclass

import tensorflow as tf

from components.augment.resample import affine


class Op:
    """One random change, decided by uniform numbers in [0, 1)."""

    @property
    def draws(self) -> int:
        """How many numbers decide it for a picture."""
        return 1


class Geometric(Op):
    """An operation that moves pixels."""

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        """Where a pixel of the view comes from.

        Args:
            draw: float32 [batch, draws] in [0, 1).

        Returns:
            float32 [batch, 3, 3]: view coordinates to picture coordinates, both in -1..1 from the
            centre.
        """
        raise NotImplementedError


class Photometric(Op):
    """An operation that changes values in place."""

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        """float32 [batch, height, width, 3] in 0..255 -> the same, perhaps beyond 0..255."""
        raise NotImplementedError


class Flip(Geometric):
    """An operation that only mirrors."""


@dataclass(frozen=True)
class HorizontalFlip(Flip):
    """Left for right, for half of the views."""

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        sign = sign_of(draw[:, 0])
        return affine(sign, tf.zeros_like(sign), tf.zeros_like(sign), tf.ones_like(sign))


@dataclass(frozen=True)
class VerticalFlip(Flip):
    """Top for bottom, for half of the views."""

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        sign = sign_of(draw[:, 0])
        return affine(tf.ones_like(sign), tf.zeros_like(sign), tf.zeros_like(sign), sign)


@dataclass(frozen=True)
class Transpose(Flip):
    """Rows for columns, for half of the views; with both flips, all eight ways to lay down a square."""

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        is_turned = tf.cast(draw[:, 0] < 0.5, tf.float32)
        return affine(1 - is_turned, is_turned, is_turned, 1 - is_turned)


@dataclass(frozen=True)
class Rotation(Geometric):
    """A turn about the centre by up to `degrees` to either side; edges are mirrored in."""

    degrees: float

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        return turn(between(draw[:, 0], -self.degrees, self.degrees))


@dataclass(frozen=True)
class Zoom(Geometric):
    """A change of scale by up to `share`, in or out."""

    share: float

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        scale = 1 / between(draw[:, 0], 1 - self.share, 1 + self.share)
        return affine(scale, tf.zeros_like(scale), tf.zeros_like(scale), scale)


@dataclass(frozen=True)
class Crop(Geometric):
    """A window that leaves out up to `share` of each side, anywhere, scaled back to full size."""

    share: float

    @property
    def draws(self) -> int:
        """Size, and place in both directions."""
        return 3

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        scale = 1 - draw[:, 0] * self.share
        slack = 1 - scale
        shift_x, shift_y = (between(draw[:, axis], -1.0, 1.0) * slack for axis in (1, 2))
        zero = tf.zeros_like(scale)
        return affine(scale, zero, zero, scale, shift_x, shift_y)


@dataclass(frozen=True)
class Brightness(Photometric):
    """A shift by up to `share` of the full range."""

    share: float

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        return images + 255 * between(draw[:, 0], -self.share, self.share)[:, None, None, None]


@dataclass(frozen=True)
class Contrast(Photometric):
    """A change of each value's distance from the picture's mean by up to `share`."""

    share: float

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        gain = between(draw[:, 0], 1 - self.share, 1 + self.share)[:, None, None, None]
        mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
        return mean + (images - mean) * gain


# --------------------------------------------------------------------------------------------------
# What draws become
# --------------------------------------------------------------------------------------------------


def between(draw: tf.Tensor, low: float, high: float) -> tf.Tensor:
    """[0, 1) -> [low, high)."""
    return low + draw * (high - low)


def sign_of(draw: tf.Tensor) -> tf.Tensor:
    """[0, 1) -> -1 for the lower half, 1 for the upper."""
    return tf.where(draw < 0.5, -1.0, 1.0)


def turn(degrees: tf.Tensor) -> tf.Tensor:
    """The matrices of turns about the centre, float32 [batch, 3, 3]."""
    angle = degrees * (math.pi / 180)
    return affine(tf.cos(angle), -tf.sin(angle), tf.sin(angle), tf.cos(angle))
