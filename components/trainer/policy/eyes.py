"""The part of the trunk that does not learn, as an environment's pictures go through it: each once.

What repeats is recognised by its bytes and not computed again, whatever environment it comes from.
"""

import hashlib
from collections import OrderedDict

import keras
import numpy as np
import tensorflow as tf

_BATCH = 32
"""Pictures in one forward pass; batches are filled up to this, so that there is one graph."""


class Eyes:
    """Pictures to what the trainable part starts from.

    Attributes:
        observations: pictures that were asked for so far.
        passes: those of them that went through the trunk.
    """

    def __init__(self, trunk: keras.Model, capacity_bytes: int = 256 * 2**20) -> None:
        """
        Args:
            trunk: pictures float32 [batch, size, size, 3] in 0..255 -> array [batch, ...].
            capacity_bytes: of remembered arrays; the least recently seen are forgotten.
        """
        _, *self._shape = trunk.output.shape
        self._size = trunk.input.shape[1]
        self._capacity = max(capacity_bytes // (4 * int(np.prod(self._shape))), _BATCH)
        self._known: OrderedDict[bytes, np.ndarray] = OrderedDict()
        self._forward = tf.function(lambda pictures: trunk(pictures, training=False), autograph=False)
        self.observations = self.passes = 0

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """uint8 [batch, height, width, 3], or without the last axis, -> float32 [batch, ...]."""
        digests = [hashlib.blake2b(each.tobytes(), digest_size=16).digest() for each in pictures]
        self.observations += len(digests)
        found = {digest: self._known[digest] for digest in digests if digest in self._known}
        lacking = {digest: row for row, digest in enumerate(digests) if digest not in found}
        rows = list(lacking.values())
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            found.update(zip(list(lacking)[start : start + _BATCH], self._look(pictures[part]), strict=True))
        self._remember(found)
        return np.stack([found[digest] for digest in digests])

    def _look(self, pictures: np.ndarray) -> np.ndarray:
        self.passes += len(pictures)
        filled = np.zeros((_BATCH, *pictures.shape[1:]), pictures.dtype)
        filled[: len(pictures)] = pictures
        return np.asarray(self._forward(fitted(filled, self._size)))[: len(pictures)]

    def _remember(self, found: dict[bytes, np.ndarray]) -> None:
        for digest, array in found.items():
            self._known[digest] = array
            self._known.move_to_end(digest)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)


def fitted(pictures: np.ndarray | tf.Tensor, size: int) -> tf.Tensor:
    """Pictures of any size, grey or in colour, as a trunk takes them.

    Args:
        pictures: uint8 [batch, height, width, 3 or 1], or [batch, height, width].
        size: side of the result, pixels. The whole picture is kept; its aspect is not.

    Returns:
        float32 [batch, size, size, 3] in 0..255.
    """
    pixels = tf.cast(pictures, tf.float32)
    if len(pixels.shape) == 3:
        pixels = pixels[..., None]
    if pixels.shape[-1] == 1:
        pixels = tf.repeat(pixels, 3, axis=-1)
    if tuple(pixels.shape[1:3]) != (size, size):
        pixels = tf.image.resize(pixels, (size, size), antialias=True)
    return pixels
