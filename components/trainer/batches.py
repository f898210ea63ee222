"""Epochs over a feature store: pictures in one of their views each, in a seeded order.

Of a training, all epochs are one endless sequence: at the end of each, Keras would make two iterators, which
was a quarter of the time of a small head.
"""

from collections.abc import Sequence

import keras
import numpy as np

from components.feature_store import FeatureStore
from components.trainer.mixing import Batch, mix


class Batches(keras.utils.PyDataset):
    """What `fit` iterates over; `steps_per_epoch` must say where an epoch ends: after `len()` batches.

    All that is drawn for an epoch follows from its seed and its number alone, so a training that goes
    on from a checkpoint sees what it would have seen.
    """

    def __init__(
        self,
        store: FeatureStore,
        batch_size: int,
        weights: np.ndarray,
        seed: Sequence[int] | None = None,
        epoch: int = 0,
        rounds: int = 1,
        is_balanced: bool = False,
        mixup: float = 0.0,
        cutmix: float = 0.0,
        share: slice = slice(None),
    ) -> None:
        """
        Args:
            store: the arrays and labels.
            batch_size: records in a batch; the last one is shorter.
            weights: float32 [classes], the weight of an example of each class; times its own weight.
            seed: draws order and views; `None`: one pass in the store's order, of the plain views, for eval.
            epoch: the first one.
            rounds: how often an epoch shows every record, in a view drawn each time; eval's shows it once.
            is_balanced: a round of as many records, but each class as often as any other one.
            mixup: alpha, see `mixing.mix`.
            cutmix: alpha.
            share: of the rows of each batch, those that are shown here; others show the rest.
        """
        super().__init__()
        self._store = store
        self._batch_size = batch_size
        self._weights = weights
        self._seed = seed
        self._epoch = epoch
        self._rounds = rounds
        self._is_balanced = is_balanced
        self._mixup, self._cutmix = mixup, cutmix
        self._share = share
        self._drawn: tuple[int, np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        """Of an epoch."""
        return -(-len(self._store) * self._rounds // self._batch_size)

    @property
    def num_batches(self) -> int | None:
        """Keras' property: `None` for no end."""
        return len(self) if self._seed is None else None

    def __getitem__(self, index: int) -> Batch:
        """One batch, counted from the first epoch; its labels are one-hot unless they are mixed."""
        epochs, index = divmod(index, len(self))
        epoch = self._epoch + epochs
        order, views = self._draw(epoch)
        window = slice(index * self._batch_size, (index + 1) * self._batch_size)
        if self._seed is None or not (self._mixup or self._cutmix):
            return self._read(order[window][self._share], views[window][self._share])
        # Partners come from all of the batch.
        whole = self._read(order[window], views[window])
        arrays, labels, weights = mix(whole, self._mixup, self._cutmix, self._generator(epoch, 1 + index))
        return arrays[self._share], labels[self._share], weights[self._share]

    def _read(self, rows: np.ndarray, views: np.ndarray) -> Batch:
        arrays, labels = self._store.read(rows.tolist(), views.tolist())
        one_hot = np.eye(len(self._weights), dtype=np.float32)[labels]
        return arrays, one_hot, self._weights[labels] * self._store.weights[rows]

    def _draw(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows and views of an epoch, once."""
        if self._drawn is None or self._drawn[0] != epoch:
            count = len(self._store)
            if self._seed is None:
                order, views = np.arange(count), np.zeros(count, dtype=np.int64)
            else:
                generator = self._generator(epoch, 0)
                order = np.concatenate([self._round(generator) for _ in range(self._rounds)])
                views = generator.integers(self._store.views, size=len(order))
            self._drawn = epoch, order, views
        return self._drawn[1:]

    def _round(self, generator: np.random.Generator) -> np.ndarray:
        """Every record once, or every class as often as any other one."""
        if self._is_balanced:
            return balanced_order(self._store.labels, generator)
        return generator.permutation(len(self._store))

    def _generator(self, epoch: int, use: int) -> np.random.Generator:
        """Of an epoch: 0 draws its order and views, 1 and more mix its batches."""
        return np.random.default_rng([*(self._seed or ()), epoch, use])


def balanced_order(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """As many rows as there are labels, each class that has any as often as the others, or once more.

    Within a class every row comes up before one comes up again.

    Returns:
        int64 [labels], shuffled.
    """
    classes = generator.permutation(np.unique(labels))
    quotas = [len(part) for part in np.array_split(labels, len(classes))]
    drawn = []
    for label, quota in zip(classes, quotas, strict=True):
        members = np.flatnonzero(labels == label)
        rounds = -(-quota // len(members))
        drawn.append(np.concatenate([generator.permutation(members) for _ in range(rounds)])[:quota])
    return generator.permutation(np.concatenate(drawn))


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
