"""Which pictures look the same: re-encoded, resized, slightly brighter, or cropped by a hair.

Two pictures do if their perceptual hashes differ in few bits, and their thumbnails agree but for a
change of brightness and contrast. Mirrored, turned or clearly cropped pictures are not found.

No picture is compared with all others: of ten bands of a hash, at most eight can hold a different bit
when at most eight bits differ, so that two bands agree. For each two bands, pictures are sorted by
them, and each is compared with those next to it that share both.

References:
    Mohammad Norouzi, Ali Punjani, David Fleet, Fast search in Hamming space with multi-index hashing
    (CVPR 2012), for the bands.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from components.example_gen.entry import THUMBNAIL_SIDE

_DIFFERENT_BITS = 8
"""Re-encoded and resized photos stay within 4, with 1 % cropped off each side within 8."""
_BANDS = _DIFFERENT_BITS + 2
_LARGEST_SHARE = 0.01
"""Of a thumbnail's variance, that the other one may leave unexplained. Photos scaled to a quarter leave
0.005; with 1 % cropped off each side 0.008 (most clothes) to 0.06 (most solar cells). Different garments
begin at 0.03, but healthy solar cells of one module at 0.003: no bound tells all of those apart."""
_NOISE = 0.5
"""And in squared grey levels, for rounding and JPEG's noise in faint pictures."""
_LARGEST_DIFFERENCE = 32
"""Mean grey levels between thumbnails: the same form in another light or colour is another picture."""
_NEIGHBOURS = 256
"""How far along a sorted row a picture is compared. It bounds the work where thousands of hashes agree,
at the price of some copies there; among 50,000 drawn like solar cells, of two in a thousand."""
_AT_ONCE = 8192


def find_near_copies(hashes: np.ndarray, thumbnails: np.ndarray) -> np.ndarray:
    """Finds pairs of pictures that look the same.

    The pairs span: pictures that look the same are connected by pairs, directly or through others, and
    pairs that add no connection are mostly left out. Thousands of like pictures therefore give
    thousands of pairs, not millions. Exact copies are pairs too.

    Args:
        hashes: uint64 [pictures]. 0 stands for a picture without a hash, because it is blank or cannot
            be read: it pairs with nothing, not even its like.
        thumbnails: uint8 [pictures, 256].

    Returns:
        int64 [pairs, 2], indices of pictures, the smaller one first; in ascending order.
    """
    thumbnails = thumbnails.reshape(len(hashes), THUMBNAIL_SIDE**2)
    # In this order like pictures are neighbours, even within one crowded hash.
    order = np.lexsort((thumbnails.sum(axis=1, dtype=np.uint32), hashes))
    order = order[hashes[order] != 0]
    families = np.arange(len(hashes))
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for left, right in _candidates(hashes[order]):
        candidates = np.stack((order[left], order[right]), axis=1)
        candidates = candidates[families[candidates[:, 0]] != families[candidates[:, 1]]]
        same = candidates[_look_same(thumbnails, candidates)]
        if len(same):
            families = _join(families, same)
            pairs.append(np.sort(same, axis=1))
    found = np.concatenate(pairs)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def _candidates(hashes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Indices of pairs whose hashes differ in few bits, in batches, each pair once.

    Args:
        hashes: uint64 [pictures], sorted.
    """
    edges = np.linspace(0, 64, _BANDS + 1).astype(int)
    bands = [np.uint64((1 << int(stop)) - (1 << int(start))) for start, stop in pairwise(edges)]
    for first, second in combinations(range(_BANDS), 2):
        keys = hashes & (bands[first] | bands[second])
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        # Pairs that agree in two earlier bands came in that turn already.
        earlier = [bands[band] for band in range(second) if band != first]
        left = np.arange(len(keys))
        for step in range(1, _NEIGHBOURS + 1):
            left = left[: np.searchsorted(left, len(keys) - step)]
            left = left[keys[left] == keys[left + step]]
            if not len(left):
                break
            one, other = order[left], order[left + step]
            different = hashes[one] ^ hashes[other]
            is_near = np.bitwise_count(different) <= _DIFFERENT_BITS
            for band in earlier:
                is_near &= (different & band) != 0
            if is_near.any():
                yield one[is_near], other[is_near]


def _look_same(thumbnails: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """bool [pairs]: whether one thumbnail is the other's, but for brightness, contrast and little noise."""
    verdicts = [np.zeros(0, dtype=bool)]
    for start in range(0, len(pairs), _AT_ONCE):
        one, other = (thumbnails[pairs[start : start + _AT_ONCE, side]].astype(np.float32) for side in (0, 1))
        is_like = np.abs(one - other).mean(axis=1) <= _LARGEST_DIFFERENCE
        one -= one.mean(axis=1, keepdims=True)
        other -= other.mean(axis=1, keepdims=True)
        common = np.einsum("ij,ij->i", one, other) / one.shape[1]
        variance = np.sqrt((one * one).mean(axis=1) * (other * other).mean(axis=1))
        # variance * (1 - correlation ** 2), without a division by nothing.
        unexplained = variance**2 - common**2
        verdicts.append(
            is_like & (common > 0) & (unexplained <= variance * (_NOISE + _LARGEST_SHARE * variance))
        )
    return np.concatenate(verdicts)


def _join(families: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Gives paired pictures, and all that were in a family with them, the smallest of their numbers."""
    while True:
        numbers = families[pairs]
        if (numbers[:, 0] == numbers[:, 1]).all():
            return families
        families = families.copy()
        np.minimum.at(families, numbers.max(axis=1), numbers.min(axis=1))
        while (families != (deeper := families[families])).any():
            families = deeper
