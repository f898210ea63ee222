"""Helpers for views: pictures, draws, and operations whose draw the test chooses."""

from typing import Any

import numpy as np
import tensorflow as tf

from components.augment.drawing import augment, draws_of
from components.augment.ops import Geometric, Op, Photometric


class _ChosenGeometric(Geometric):
    """An operation whose draw the test chooses."""

    def __init__(self, op: Any, *draw: float) -> None:
        self._op, self._draw = op, draw

    def matrix(self, draw: tf.Tensor) -> tf.Tensor:
        return self._op.matrix(tf.tile([self._draw], (tf.shape(draw)[0], 1)))


class _ChosenPhotometric(Photometric):
    def __init__(self, op: Any, *draw: float) -> None:
        self._op, self._draw = op, draw

    def apply(self, images: tf.Tensor, draw: tf.Tensor) -> tf.Tensor:
        return self._op.apply(images, tf.tile([self._draw], (tf.shape(draw)[0], 1)))


def view_of(images: np.ndarray, op: Op, *draw: float) -> np.ndarray:
    """What `op` makes of all pictures when it draws `draw`."""
    chosen = (_ChosenGeometric if isinstance(op, Geometric) else _ChosenPhotometric)(op, *draw)
    return augment(tf.constant(images), draws_for(len(images), (chosen,)), (chosen,)).numpy()


def draws_for(count: int, ops: tuple[Op, ...], view: int = 1) -> np.ndarray:
    """One view of so many pictures."""
    return draws_of(17, [b"picture %d" % place for place in range(count)], view, ops)


def pictures(count: int, height: int = 12, width: int = 10, seed: int = 4) -> np.ndarray:
    """Noise of whole numbers, float32 in 0..255."""
    values = np.random.default_rng(seed).integers(0, 256, (count, height, width, 3))
    return values.astype(np.float32)


def ramp(size: int) -> np.ndarray:
    """Channel 0 grows with x, channel 1 with y; both are 0 in the corner and `size` - 1 opposite."""
    y, x = np.mgrid[:size, :size].astype(np.float32)
    return np.stack([x, y, np.zeros_like(x)], axis=-1)[None]
