"""Pictures for environments to show, in memory."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np


class Shown:
    """`Pictures` of some arrays, [pictures, views, ...]; they cannot be written to."""

    def __init__(
        self, arrays: np.ndarray, labels: Sequence[int], classes: Sequence[str] = ("cat", "dog")
    ) -> None:
        arrays.flags.writeable = False
        self.arrays, self.classes, self.views = arrays, classes, arrays.shape[1]
        self.labels = np.array(labels, np.int64)
        low, high = (0, 255) if arrays.dtype == np.uint8 else (-1e4, 1e4)
        self.space = gymnasium.spaces.Box(low, high, arrays.shape[2:], arrays.dtype.type)

    def __len__(self) -> int:
        return len(self.labels)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Shown":
        return self

    def read(self, row: int, view: int) -> np.ndarray:
        return self.arrays[row, view]


def vectors(count: int = 5, views: int = 3) -> Shown:
    """float32 [2]: the row and the view."""
    rows, columns = np.meshgrid(np.arange(count), np.arange(views), indexing="ij")
    return Shown(np.stack([rows, columns], axis=-1).astype(np.float32), np.arange(count) % 2)


def squares(side: int = 20, count: int = 3) -> Shown:
    """uint8 [side, side, 3] of noise."""
    noise = np.random.default_rng(5).integers(0, 256, (count, 1, side, side, 3), dtype=np.uint8)
    return Shown(noise, np.arange(count) % 2)
