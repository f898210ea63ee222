"""Models as Trainer exports them, which answer by the brightness of a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from components.served_classifier import ServedClassifier
from components.temperature import Calibration

LABELS = ("cat", "dog", "hen")
SIZE = 4
"""Of its pictures, pixels."""


class Member(ServedClassifier):
    """Logits are the picture's mean, 0 to 1, times a slope a class.

    Each row of a class's map, `grid` places high and wide, says as much as the slope, times its number.
    """

    def __init__(self, slopes: Sequence[float], labels: Sequence[str], grid: int) -> None:
        super().__init__(list(labels), SIZE)
        self._slopes = tf.constant(slopes, tf.float32)
        self._rows = tf.tile(tf.range(grid, dtype=tf.float32)[:, None], (1, grid))

    def probabilities(self, image_bytes: tf.Tensor) -> tf.Tensor:
        return self.answers(self.seen(image_bytes))

    def seen(self, image_bytes: tf.Tensor) -> tf.Tensor:
        def decode(content: tf.Tensor) -> tf.Tensor:
            return tf.ensure_shape(tf.cast(tf.io.decode_png(content, 3), tf.float32), (SIZE, SIZE, 3))

        return tf.map_fn(decode, image_bytes, fn_output_signature=tf.float32)

    def answers(self, pixels: tf.Tensor) -> tf.Tensor:
        means = tf.reduce_mean(pixels, axis=(1, 2, 3)) / 255
        return tf.nn.softmax(means[:, None] * self._slopes)

    def class_maps(self, image_bytes: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        return tf.gather(self._slopes, classes)[:, None, None] * self._rows

    def indices(self, names: tf.Tensor) -> tf.Tensor:
        return tf.argmax(names == self.labels[None], axis=1)


def export_member(
    folder: Path, slopes: Sequence[float], labels: Sequence[str] = LABELS, grid: int = 3
) -> str:
    """A SavedModel in `folder`, with what Trainer leaves beside it."""
    Member(slopes, labels, grid).save(str(folder), Calibration(1.5, 0.5, 0.6, 0.02, 0.05))
    (folder / "assets.extra" / "backbone.json").write_text(folder.parent.name)
    return str(folder)


def grey(*shades: int) -> Any:
    """Encoded pictures of one shade each, 0 to 255: string [pictures]."""
    return tf.constant(
        [tf.io.encode_png(np.full((SIZE, SIZE, 3), shade, np.uint8)).numpy() for shade in shades], tf.string
    )
