"""RandAugment and TrivialAugment: a few standard operations, drawn anew for each view.

Of the operations that were drawn, those that move pixels join the one resampling of the plain operations,
and so come first; edges are mirrored in, where the papers paint them black.

References:
    Cubuk et al., "RandAugment", 2020, https://arxiv.org/abs/1909.13719.
    Müller & Hutter, "TrivialAugment", 2021, https://arxiv.org/abs/2103.10158 (the wide space).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import tensorflow as tf

from components.augment.grouped import grouped
from components.augment.ops import Geometric, Photometric, sign_of
from components.augment.policy_steps import (
    AutoContrast,
    Brightness,
    Color,
    Contrast,
    Equalize,
    Identity,
    Move,
    Posterize,
    Rotate,
    Sharpness,
    Shear,
    Solarize,
    Step,
    Tone,
    Translate,
)
from components.augment.resample import product


@dataclass(frozen=True)
class Policy(Geometric, Photometric):
    """`operations` of the `steps`, each as likely as any other, to either side.

    Attributes:
        steps: to draw from.
        operations: drawn for each view; the same one may come twice.
        magnitude: share of each step's largest strength; `None`: drawn for each view.
    """

    steps: tuple[Step, ...]
    operations: int
    magnitude: float | None

    @property
    def draws(self) -> int:
        """Which, to which side, and how far, for each of the operations."""
        return 3 * self.operations

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        identity = tf.eye(3, batch_shape=[tf.shape(draw)[0]])
        matrices = []
        for choice, strength in self._drawn(draw):
            by_step = [step.matrix(strength) if isinstance(step, Move) else identity for step in self.steps]
            matrices.append(tf.gather(tf.stack(by_step, axis=1), choice, batch_dims=1))
        return product(matrices)

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        tones = [step for step in self.steps if isinstance(step, Tone)]
        ways = [lambda images, _: images, *(tone.apply for tone in tones)]
        way_of = tf.constant([tones.index(step) + 1 if step in tones else 0 for step in self.steps])
        for choice, strength in self._drawn(draw):
            images = tf.clip_by_value(grouped(ways, tf.gather(way_of, choice), images, strength), 0.0, 255.0)
        return images

    def _drawn(self, draw: tf.Tensor) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """For each operation, int32 [batch], which step, and float32 [batch], its strength in -1..1."""
        columns = tf.unstack(draw, self.draws, axis=1)
        for which, side, far in zip(columns[::3], columns[1::3], columns[2::3], strict=True):
            choice = tf.cast(which * len(self.steps), tf.int32)
            size = far if self.magnitude is None else tf.fill(tf.shape(far), self.magnitude)
            yield choice, sign_of(side) * size


def rand_augment(operations: int, magnitude: float) -> Policy:
    """`operations` of torchvision's 14, all at one strength.

    Args:
        operations: drawn for each view.
        magnitude: 0 to 1 of the largest strength; 0.3 is what torchvision and timm call 9 of 30.
    """
    return Policy(
        steps=_steps(shear=0.3, shift=150 / 331, degrees=30, gain=0.9, bits=4),
        operations=operations,
        magnitude=magnitude,
    )


def trivial_augment() -> Policy:
    """One of the 14, at a strength of its own; wider ranges than RandAugment's."""
    return Policy(
        steps=_steps(shear=0.99, shift=32 / 224, degrees=135, gain=0.99, bits=6),
        operations=1,
        magnitude=None,
    )


def _steps(shear: float, shift: float, degrees: float, gain: float, bits: int) -> tuple[Step, ...]:
    """The standard operations with their largest strengths: torchvision's tables."""
    return (
        Identity(),
        *(Shear(axis, shear) for axis in (0, 1)),
        *(Translate(axis, shift) for axis in (0, 1)),
        Rotate(degrees),
        Brightness(gain),
        Color(gain),
        Contrast(gain),
        Sharpness(gain),
        Posterize(bits),
        Solarize(),
        AutoContrast(),
        Equalize(),
    )
