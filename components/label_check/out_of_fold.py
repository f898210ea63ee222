"""What a quick classifier says of each picture that was trained on, without having seen its label.

Least squares on the cached features of the frozen trunk, with a ridge: it is solved in one step, from sums
over the pictures alone, so each fold costs a subtraction; of each picture only its scores are held.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy import linalg

from components.feature_store import FeatureStore

RIDGES = (0.1, 1.0, 10.0)
"""To choose from; features have the length 1."""
_AT_ONCE = 1024
_FLAT = 1e-6


def fold_of(kin: str, folds: int) -> int:
    """The fold of all pictures that share this group, or id: kin must not vouch for one another's labels."""
    return int.from_bytes(hashlib.sha256(kin.encode()).digest()[:8], "big") % folds


def out_of_fold(
    stores: Sequence[FeatureStore], folds: Sequence[np.ndarray], classes: int
) -> Mapping[float, np.ndarray]:
    """Answers for every picture from those of the other folds.

    Args:
        stores: of features.
        folds: for each store, int64 [pictures], the fold of each.
        classes: how many there are.

    Returns:
        By ridge, scores float64 [pictures of all stores, classes]: about 1 for the class, 0 for any other.
    """
    count = 1 + max(int(each.max()) for each in folds)
    width = int(stores[0].shape[0]) + 1
    products, targets = np.zeros((count, width, width)), np.zeros((count, width, classes))
    for features, labels, weights, held in _chunks(stores, folds):
        # Transform's number for a class that only eval has is none of the model's.
        weighted = features * np.where(labels >= 0, weights, 0)[:, None]
        for fold in np.unique(held):
            rows = held == fold
            products[fold] += features[rows].T @ weighted[rows]
            targets[fold] += weighted[rows].T @ np.eye(classes)[labels[rows]]
    solved = _solved(products, targets)
    scores: dict[float, list[np.ndarray]] = {ridge: [] for ridge in RIDGES}
    for features, _, _, held in _chunks(stores, folds):
        for ridge in RIDGES:
            answered = np.empty((len(held), classes))
            for fold in np.unique(held):
                answered[held == fold] = features[held == fold] @ solved[ridge][fold]
            scores[ridge].append(answered)
    return {ridge: np.concatenate(each) for ridge, each in scores.items()}


def _solved(products: np.ndarray, targets: np.ndarray) -> dict[float, list[np.ndarray]]:
    """By ridge and fold, the weights [width, classes] that come of the other folds."""
    every_product, every_target = products.sum(axis=0), targets.sum(axis=0)
    penalty = np.eye(len(every_product))
    penalty[-1, -1] = _FLAT  # the bias is free
    return {
        ridge: [
            linalg.solve(every_product - product + ridge * penalty, every_target - target, assume_a="pos")
            for product, target in zip(products, targets, strict=True)
        ]
        for ridge in RIDGES
    }


def _chunks(
    stores: Sequence[FeatureStore], folds: Sequence[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Features, labels, weights and folds of some pictures at a time."""
    for store, held in zip(stores, folds, strict=True):
        for start in range(0, len(store), _AT_ONCE):
            rows = range(start, min(start + _AT_ONCE, len(store)))
            views = [store.read(rows, [view] * len(rows))[0] for view in range(store.views)]
            chosen = slice(rows.start, rows.stop)
            features = _normalised(np.mean(views, axis=0))
            yield features, store.labels[chosen], store.weights[chosen], held[chosen]


def _normalised(features: np.ndarray) -> np.ndarray:
    """Signed roots of length 1, as `RootNormalise` makes them, and a 1 for the bias."""
    roots = np.sign(features) * np.sqrt(np.abs(features))
    lengths = np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return np.concatenate([roots / lengths, np.ones((len(roots), 1))], axis=1).astype(np.float64)
