"""Epochs over a feature store: every picture once, in one of its views, in a seeded order."""

import keras
import numpy as np

from components.feature_store import FeatureStore

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


class Batches(keras.utils.PyDataset):
    """What `fit` iterates over.

    The order and the views of an epoch follow from (seed, epoch) alone, so a training that goes on
    from a checkpoint sees what it would have seen.
    """

    def __init__(
        self,
        store: FeatureStore,
        batch_size: int,
        weights: np.ndarray,
        seed: int | None = None,
        epoch: int = 0,
    ) -> None:
        """
        Args:
            store: the arrays and labels.
            batch_size: records in a batch; the last one is shorter.
            weights: float32 [classes], the weight of an example of each class; times its own weight.
            seed: draws order and views; `None`: the store's order and the plain view, for eval.
            epoch: the first epoch to draw.
        """
        super().__init__()
        self._store = store
        self._batch_size = batch_size
        self._weights = weights
        self._seed = seed
        self._epoch = epoch
        self._draw()

    def __len__(self) -> int:
        return -(-len(self._store) // self._batch_size)

    def __getitem__(self, index: int) -> Batch:
        """arrays float32 [batch, ...], labels one-hot float32 [batch, classes], weights [batch]."""
        window = slice(index * self._batch_size, (index + 1) * self._batch_size)
        rows = self._order[window]
        arrays, labels = self._store.read(rows.tolist(), self._views[rows].tolist())
        one_hot = np.eye(len(self._weights), dtype=np.float32)[labels]
        return arrays, one_hot, self._weights[labels] * self._store.weights[rows]

    def on_epoch_end(self) -> None:
        """Keras calls it between epochs."""
        self._epoch += 1
        self._draw()

    def _draw(self) -> None:
        count = len(self._store)
        if self._seed is None:
            self._order, self._views = np.arange(count), np.zeros(count, dtype=np.int64)
            return
        generator = np.random.default_rng((self._seed, self._epoch))
        self._order = generator.permutation(count)
        self._views = generator.integers(self._store.views, size=count)


def balanced_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Weights by inverse frequency, 1 on average over the examples (scikit-learn's `balanced`).

    Returns:
        float32 [classes]; 0 for a class without examples.
    """
    counts = np.bincount(labels, minlength=classes)
    weights = np.zeros(classes, dtype=np.float32)
    present = counts > 0
    weights[present] = len(labels) / (present.sum() * counts[present])
    return weights
