"""Which pictures belong together: copies, near-copies, and members of a group.

*Families* are pictures that are the same or look the same, over any number of steps. *Clans* are
families and groups together: what must share a split.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from components.example_gen.entry import Entry
from components.example_gen.judging.near_copies import find_near_copies


@dataclass(frozen=True)
class Kinship:
    """Who belongs to whom; every array is int64 [entries], equal numbers belong together.

    Attributes:
        same: byte-equal pictures.
        families: byte-equal or near-copies.
        clans: families, and whole groups.
    """

    same: np.ndarray
    families: np.ndarray
    clans: np.ndarray


def kinship(entries: Sequence[Entry], bind_near_copies: bool) -> Kinship:
    """Finds who belongs together.

    Args:
        entries: readable ones.
        bind_near_copies: whether near-copies must share a split; families hold them in any case.
    """
    same = _number([entry.image_id for entry in entries])
    groups = _number(
        [entry.group if entry.group is not None else index for index, entry in enumerate(entries)]
    )
    near = find_near_copies(
        np.array([entry.phash for entry in entries], dtype=np.uint64),
        np.array([np.frombuffer(entry.thumbnail, np.uint8) for entry in entries]),
    )
    families = _join(len(entries), near, _chain(same))
    bound = families if bind_near_copies else same
    return Kinship(same, families, _join(len(entries), _chain(bound), _chain(groups)))


def members(numbers: np.ndarray, at_least: int = 2) -> Iterator[np.ndarray]:
    """Indices that bear the same number, in ascending order, for each number borne often enough."""
    order = np.argsort(numbers, kind="stable")
    starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    for part in np.split(order, starts[1:]):
        if len(part) >= at_least:
            yield part


def _number(values: Sequence[object]) -> np.ndarray:
    """Equal values get equal numbers, in the order of their first appearance."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _chain(numbers: np.ndarray) -> np.ndarray:
    """Pairs [pairs, 2] that connect all who bear the same number, one after another."""
    order = np.argsort(numbers, kind="stable")
    pairs = np.stack([order[:-1], order[1:]], axis=1)
    return pairs[numbers[pairs[:, 0]] == numbers[pairs[:, 1]]]


def _join(count: int, *links: np.ndarray) -> np.ndarray:
    """Numbers of the connected components."""
    pairs = np.concatenate(links) if count else np.zeros((0, 2), dtype=np.int64)
    graph = coo_matrix((np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)
