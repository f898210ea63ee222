"""Random views of a picture: small frozen operations, stateless and seeded.

A geometric operation is a matrix and a photometric one a gain or a shift, so any number of them
costs one resampling of the picture: their matrices are multiplied first. Every operation draws from
a seed made of (run seed, picture's id, view number): the same view comes out on any machine, in any
order, in any batch.

Synopsis:
    ops = (HorizontalFlip(), Rotation(10.0), Brightness(0.1))
    views = augment(images, seeds, ops)
"""

import hashlib
import math
from dataclasses import dataclass
from typing import ClassVar

import tensorflow as tf

from pipeline.config import AugmentConfig


class Op:
    """One random change. `draws` uniform numbers in [0, 1) decide it for a picture."""

    draws: ClassVar[int] = 1


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


@dataclass(frozen=True)
class HorizontalFlip(Geometric):
    """Left for right, for half of the views."""

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        sign = _sign(draw[:, 0])
        return _affine(sign, tf.zeros_like(sign), tf.zeros_like(sign), tf.ones_like(sign))


@dataclass(frozen=True)
class VerticalFlip(Geometric):
    """Top for bottom, for half of the views."""

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        sign = _sign(draw[:, 0])
        return _affine(tf.ones_like(sign), tf.zeros_like(sign), tf.zeros_like(sign), sign)


@dataclass(frozen=True)
class Rotation(Geometric):
    """A turn about the centre by up to `degrees` to either side; edges are mirrored in."""

    degrees: float

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        angle = _between(draw[:, 0], -self.degrees, self.degrees) * (math.pi / 180)
        return _affine(tf.cos(angle), -tf.sin(angle), tf.sin(angle), tf.cos(angle))


@dataclass(frozen=True)
class Zoom(Geometric):
    """A change of scale by up to `share`, in or out."""

    share: float

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        scale = 1 / _between(draw[:, 0], 1 - self.share, 1 + self.share)
        return _affine(scale, tf.zeros_like(scale), tf.zeros_like(scale), scale)


@dataclass(frozen=True)
class Crop(Geometric):
    """A window that leaves out up to `share` of each side, anywhere, scaled back to full size."""

    share: float
    draws: ClassVar[int] = 3

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        scale = 1 - draw[:, 0] * self.share
        slack = 1 - scale
        shift_x, shift_y = (_between(draw[:, axis], -1.0, 1.0) * slack for axis in (1, 2))
        zero = tf.zeros_like(scale)
        return _affine(scale, zero, zero, scale, shift_x, shift_y)


@dataclass(frozen=True)
class Brightness(Photometric):
    """A shift by up to `share` of the full range."""

    share: float

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        return images + 255 * _between(draw[:, 0], -self.share, self.share)[:, None, None, None]


@dataclass(frozen=True)
class Contrast(Photometric):
    """A change of each value's distance from the picture's mean by up to `share`."""

    share: float

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        gain = _between(draw[:, 0], 1 - self.share, 1 + self.share)[:, None, None, None]
        mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
        return mean + (images - mean) * gain


def ops_of(config: AugmentConfig) -> tuple[Op, ...]:
    """The operations that `config` switches on, geometric ones first."""
    return (
        *((HorizontalFlip(),) if config.horizontal_flip else ()),
        *((VerticalFlip(),) if config.vertical_flip else ()),
        *((Rotation(config.rotation_degrees),) if config.rotation_degrees else ()),
        *((Zoom(config.zoom),) if config.zoom else ()),
        *((Crop(config.crop),) if config.crop else ()),
        *((Brightness(config.brightness),) if config.brightness else ()),
        *((Contrast(config.contrast),) if config.contrast else ()),
    )


def seed_of(run_seed: int, image_id: bytes, view: int) -> tuple[int, int]:
    """The two 32-bit numbers that TensorFlow's stateless draws take, for one view of one picture."""
    digest = hashlib.sha256(b"%d:%s:%d" % (run_seed, image_id, view)).digest()
    return int.from_bytes(digest[:4], "big", signed=True), int.from_bytes(digest[4:8], "big", signed=True)


def augment(images: tf.Tensor, seeds: tf.Tensor, ops: tuple[Op, ...]) -> tf.Tensor:
    """Draws one view of each picture.

    Args:
        images: float32 [batch, height, width, 3] in 0..255.
        seeds: int32 [batch, 2], from `seed_of`.
        ops: applied in order; geometric ones before photometric ones.

    Returns:
        float32, the shape of `images`, in 0..255.
    """
    if not ops:
        return images
    total = sum(op.draws for op in ops)
    draws = tf.map_fn(
        lambda seed: tf.random.stateless_uniform([total], seed), seeds, fn_output_signature=tf.float32
    )
    by_op = list(zip(ops, tf.split(draws, [op.draws for op in ops], axis=1), strict=True))
    matrices = [op.matrix(draw) for op, draw in by_op if isinstance(op, Geometric)]
    if matrices:
        images = _resample(images, _product(matrices))
    for op, draw in by_op:
        if isinstance(op, Photometric):
            images = op.apply(images, draw)
    return tf.clip_by_value(images, 0.0, 255.0)


# --------------------------------------------------------------------------------------------------
# Geometry
# --------------------------------------------------------------------------------------------------


def _between(draw: tf.Tensor, low: float, high: float) -> tf.Tensor:
    return low + draw * (high - low)


def _sign(draw: tf.Tensor) -> tf.Tensor:
    return tf.where(draw < 0.5, -1.0, 1.0)


def _affine(
    xx: tf.Tensor,
    xy: tf.Tensor,
    yx: tf.Tensor,
    yy: tf.Tensor,
    x: tf.Tensor | None = None,
    y: tf.Tensor | None = None,
) -> tf.Tensor:
    """float32 [batch, 3, 3] of rows (xx, xy, x), (yx, yy, y), (0, 0, 1)."""
    zero, one = tf.zeros_like(xx), tf.ones_like(xx)
    rows = [xx, xy, zero if x is None else x, yx, yy, zero if y is None else y, zero, zero, one]
    return tf.reshape(tf.stack(rows, axis=1), (-1, 3, 3))


def _product(matrices: list[tf.Tensor]) -> tf.Tensor:
    product = matrices[0]
    for matrix in matrices[1:]:
        product = product @ matrix
    return product


def _resample(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """Bilinear; what lies outside of the picture is its mirror image."""
    height, width = images.shape[1], images.shape[2]
    x, y = (width - 1) / 2, (height - 1) / 2
    to_centre = tf.constant([[1 / x, 0, -1], [0, 1 / y, -1], [0, 0, 1]], tf.float32)
    to_pixels = tf.constant([[x, 0, x], [0, y, y], [0, 0, 1]], tf.float32)
    in_pixels = to_pixels @ matrices @ to_centre
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.reshape(in_pixels, (-1, 9))[:, :8],
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )
