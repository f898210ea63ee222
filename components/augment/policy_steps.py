"""The 14 standard operations that policies draw from, each at a strength from -1 to 1.

Strength 0 changes nothing, but for the two operations that know no strength. Their sign says to which side;
where there is but one side, it does not matter. Values are Pillow's, to rounding.
"""

from dataclasses import dataclass

import tensorflow as tf

from components.augment.ops import turn
from components.augment.resample import affine

_LUMINANCE = (0.299, 0.587, 0.114)
"""ITU-R 601-2, as in Pillow."""


class Step:
    """One operation of a policy."""


class Move(Step):
    """A step that moves pixels."""

    def matrix(self, strength: tf.Tensor) -> tf.Tensor:
        """float32 [batch] in -1..1 -> float32 [batch, 3, 3], view to picture, -1..1 from the centre."""
        raise NotImplementedError


class Tone(Step):
    """A step that changes values in place."""

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        """float32 [batch, height, width, 3] in 0..255, float32 [batch] -> images, perhaps beyond 0..255."""
        raise NotImplementedError


@dataclass(frozen=True)
class Identity(Step):
    """The view as it is."""


@dataclass(frozen=True)
class Shear(Move):
    """A slant along x (`axis` 0) or y (1), by up to `largest` pixels a pixel."""

    axis: int
    largest: float

    def matrix(self, strength: tf.Tensor) -> tf.Tensor:
        zero, one = tf.zeros_like(strength), tf.ones_like(strength)
        slant = strength * self.largest
        return affine(one, zero, slant, one) if self.axis else affine(one, slant, zero, one)


@dataclass(frozen=True)
class Translate(Move):
    """A shift along x (`axis` 0) or y (1), by up to `largest` of the side."""

    axis: int
    largest: float

    def matrix(self, strength: tf.Tensor) -> tf.Tensor:
        zero, one = tf.zeros_like(strength), tf.ones_like(strength)
        shift = 2 * strength * self.largest  # a side is 2 long
        return affine(one, zero, zero, one, *((zero, shift) if self.axis else (shift, zero)))


@dataclass(frozen=True)
class Rotate(Move):
    """A turn about the centre by up to `degrees`."""

    degrees: float

    def matrix(self, strength: tf.Tensor) -> tf.Tensor:
        return turn(strength * self.degrees)


@dataclass(frozen=True)
class Brightness(Tone):
    """Away from black or towards it, by up to `largest`."""

    largest: float

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        return images * _each(1 + strength * self.largest)


@dataclass(frozen=True)
class Color(Tone):
    """Away from grey or towards it, by up to `largest`."""

    largest: float

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        return _away_from(_grey(images), images, strength * self.largest)


@dataclass(frozen=True)
class Contrast(Tone):
    """Away from the picture's mean luminance or towards it, by up to `largest`."""

    largest: float

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        mean = tf.reduce_mean(_grey(images), axis=(1, 2, 3), keepdims=True)
        return _away_from(mean, images, strength * self.largest)


@dataclass(frozen=True)
class Sharpness(Tone):
    """Away from the picture's blur or towards it, by up to `largest`; the outermost pixels stay."""

    largest: float

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        # Pillow's blur: every neighbour counts 1, the pixel itself 5.
        inner = images[:, 1:-1, 1:-1]
        blur = (9 * tf.nn.avg_pool2d(images, 3, 1, "VALID") + 4 * inner) / 13
        change = (inner - blur) * _each(strength * self.largest)
        return images + tf.pad(change, [[0, 0], [1, 1], [1, 1], [0, 0]])


@dataclass(frozen=True)
class Posterize(Tone):
    """Drops up to `bits` of the 8 bits of a value."""

    bits: int

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        lost = tf.round(tf.abs(strength) * self.bits)
        coarse = tf.floor(images * _each(2.0**-lost)) * _each(2.0**lost)
        # Values are no whole numbers after a resampling: without a bit lost, they stay as they are.
        return images + (coarse - images) * _each(tf.minimum(lost, 1.0))


@dataclass(frozen=True)
class Solarize(Tone):
    """Inverts the values above a threshold, which comes down from white to black."""

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        threshold = _each(256 * (1 - tf.abs(strength)))
        is_above = tf.cast(images >= threshold, tf.float32)
        return images + (255 - 2 * images) * is_above


@dataclass(frozen=True)
class AutoContrast(Tone):
    """Stretches each channel to the full range."""

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        low = tf.reduce_min(images, axis=(1, 2), keepdims=True)
        high = tf.reduce_max(images, axis=(1, 2), keepdims=True)
        is_flat = high <= low
        gain = 255 / tf.where(is_flat, 255.0, high - low)
        return (images - tf.where(is_flat, 0.0, low)) * gain


@dataclass(frozen=True)
class Equalize(Tone):
    """Spreads each channel's values so that all are about equally frequent."""

    def apply(self, images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
        values = tf.cast(tf.round(images), tf.int32)
        channels = tf.shape(images)[0] * 3
        offsets = 256 * tf.reshape(tf.range(channels), (-1, 1, 1, 3))
        counts = tf.math.bincount(
            tf.reshape(values + offsets, [-1]), minlength=256 * channels, maxlength=256 * channels
        )
        table = tf.reshape(_equalizing(tf.reshape(counts, (-1, 256))), [-1])
        return tf.gather(table, values + offsets)


def _equalizing(counts: tf.Tensor) -> tf.Tensor:
    """Pillow's table: int32 [channels, 256] how often each value occurs -> float32 what becomes of it."""
    values = tf.range(256)
    brightest = tf.reduce_max(tf.where(counts > 0, values, -1), axis=1)
    step = (tf.reduce_sum(counts, axis=1) - tf.gather(counts, brightest, batch_dims=1)) // 255
    below = tf.cumsum(counts, axis=1, exclusive=True)
    spread = (step[:, None] // 2 + below) // tf.maximum(step, 1)[:, None]
    return tf.cast(tf.where(step[:, None] > 0, tf.minimum(spread, 255), values), tf.float32)


def _each(numbers: tf.Tensor) -> tf.Tensor:
    """One number a picture: [batch] -> [batch, 1, 1, 1]."""
    return numbers[:, None, None, None]


def _grey(images: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(images * tf.constant(_LUMINANCE), axis=-1, keepdims=True)


def _away_from(base: tf.Tensor, images: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Makes the distance from `base` greater by a share of itself, or less if it is negative."""
    return images + (images - base) * _each(share)
