"""What Augment cached of pictures, as observations: a policy that acts on them runs no trunk."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np

from components.array_file import OpenFiles
from components.feature_store import FeatureStore

_LARGEST = float(np.finfo(np.float16).max)
"""Stores hold float16."""


class StoredPictures:
    """`Pictures` of a feature store: pooled features or activations at the cut.

    Its files stay open, which makes a read some microseconds; arrays are not held.
    """

    def __init__(self, store: FeatureStore, classes: Sequence[str]) -> None:
        """
        Args:
            store: of one split, or of a part of it.
            classes: names, in the order of the store's labels.
        """
        self.classes, self.labels, self.views = tuple(classes), store.labels, store.views
        self.space = gymnasium.spaces.Box(-_LARGEST, _LARGEST, store.shape, np.float32)
        self._store = store
        self._files = OpenFiles()

    def __len__(self) -> int:
        return len(self.labels)

    def __deepcopy__(self, memo: dict[int, Any]) -> "StoredPictures":
        """Itself: Gymnasium copies an environment's arguments, and open files have no copies."""
        return self

    def read(self, row: int, view: int) -> np.ndarray:
        """One view of one picture, float32, a new array."""
        return self._store.read_one(row, view, self._files)
