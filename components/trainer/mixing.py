"""Pictures between pictures: two examples become one, and so do their labels.

Mixup: Zhang et al., "mixup: Beyond Empirical Risk Minimization" (2018). CutMix: Yun et al., "CutMix:
Regularization Strategy to Train Strong Classifiers with Localizable Features" (2019). Both work on
whatever a phase trains from: pooled features, activations at the cut, or pictures.
"""

import numpy as np

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]
"""arrays float32 [batch, ...], labels float32 [batch, classes], weights float32 [batch]."""


def mix(batch: Batch, mixup: float, cutmix: float, generator: np.random.Generator) -> Batch:
    """Mixes each example of a batch with another one of it, or with itself.

    Args:
        batch: stays as it is.
        mixup: alpha; 0 is off. With both on, a fair coin decides for each batch.
        cutmix: alpha; 0 is off, and so it is for pooled features, which have no places to cut.
        generator: draws partners, shares and places.
    """
    arrays, labels, weights = batch
    cuts = cutmix if arrays.ndim == 4 else 0.0
    if not (mixup or cuts):
        return batch
    partners = generator.permutation(len(arrays))
    if cuts and (not mixup or generator.random() < 0.5):
        arrays, shares = _patched(arrays, partners, generator.beta(cuts, cuts), generator)
    else:
        shares = generator.beta(mixup, mixup, len(arrays)).astype(np.float32)
        by_example = shares.reshape(-1, *[1] * (arrays.ndim - 1))
        arrays = by_example * arrays + (1 - by_example) * arrays[partners]
    return arrays, *_mixed_labels(labels, weights, partners, shares)


def _patched(
    arrays: np.ndarray, partners: np.ndarray, share: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Pastes the same rectangle of its partner into each array [height, width, channels].

    Returns:
        the arrays, and what share of each is still its own, float32 [batch].
    """
    sides = arrays.shape[1:3]
    (top, bottom), (left, right) = (_span(side, (1 - share) ** 0.5, generator) for side in sides)
    patched = arrays.copy()
    patched[:, top:bottom, left:right] = arrays[partners, top:bottom, left:right]
    own = 1 - (bottom - top) * (right - left) / (sides[0] * sides[1])
    return patched, np.full(len(arrays), own, np.float32)


def _span(side: int, share: float, generator: np.random.Generator) -> tuple[int, int]:
    """`share` of a side around a random middle; what would stand over the edge is cut off."""
    middle, length = int(generator.integers(side)), round(side * share)
    start = middle - length // 2
    return max(start, 0), min(start + length, side)


def _mixed_labels(
    labels: np.ndarray, weights: np.ndarray, partners: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Labels and weights with which the loss is what both examples would have cost, each with its own weight.

    Cross-entropy is linear in the labels: `share * w * loss(y) + (1 - share) * w' * loss(y')` is the loss
    of one label between y and y', times one weight.
    """
    own, other = shares * weights, (1 - shares) * weights[partners]
    total = own + other
    # Examples of weight 0 keep a label that sums to 1; the loss does not count them.
    toward = np.divide(own, total, out=shares.copy(), where=total > 0)[:, None]
    return toward * labels + (1 - toward) * labels[partners], total
