"""Some pictures of a store, as a store."""

from collections.abc import Sequence

import numpy as np

from components.feature_store import FeatureStore


class Subset(FeatureStore):
    """A view: it reads from the whole store, and has pictures, labels and weights of its own."""

    def __init__(self, store: FeatureStore, rows: np.ndarray) -> None:
        """
        Args:
            store: the whole.
            rows: int64 [pictures], positions in it.
        """
        self._store, self._rows = store, rows
        self.labels, self.weights = store.labels[rows], store.weights[rows]
        self.views, self.shape = store.views, store.shape

    def __len__(self) -> int:
        return len(self._rows)

    def read(self, rows: Sequence[int], views: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """As of the whole, with positions in this one."""
        return self._store.read(self._rows[list(rows)].tolist(), views)


def some(store: FeatureStore, pictures: int, seed: int) -> FeatureStore:
    """At most so many pictures, the same ones for the same seed; their order is that of the store."""
    if len(store) <= pictures:
        return store
    drawn = np.random.default_rng(seed).choice(len(store), pictures, replace=False)
    return Subset(store, np.sort(drawn))
