"""What the exported model will say of a split, from Augment's cache: no picture is decoded again."""

from typing import Any

import numpy as np

from components.feature_store import FeatureStore


def logits_of(trained: Any, store: FeatureStore, views: int, batch_size: int) -> np.ndarray:
    """What the exported model's logits are on a cached split: the mean over its views.

    Args:
        trained: Keras model, what `store` holds -> logits.
        store: its first views are the plain one and the test-time views.
        views: how many they are.
        batch_size: pictures in one forward pass.

    Returns:
        float64 [records, classes].
    """
    starts = range(0, len(store), batch_size)
    windows = [range(start, min(start + batch_size, len(store))) for start in starts]
    by_view = [
        [_answers(trained, store.read(rows, [view] * len(rows))[0]) for rows in windows]
        for view in range(views)
    ]
    return np.asarray(np.mean([np.concatenate(batches) for batches in by_view], axis=0, dtype=np.float64))


def _answers(trained: Any, arrays: np.ndarray) -> np.ndarray:
    """Of one batch, on one device: Keras' own `predict` would return it once for every GPU that trained."""
    return np.asarray(trained(arrays, training=False))
