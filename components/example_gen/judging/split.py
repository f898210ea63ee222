"""Which split a picture belongs to: a pure function of its identity, so that nothing ever moves."""

import hashlib
from collections.abc import Collection

from components.features import EVAL, SPLITS, TEST, TRAIN
from pipeline.settings.data import SplitConfig


def position(identity: str, seed: int) -> float:
    """A stable place in [0, 1) for an identity."""
    digest = hashlib.sha256(f"{seed}:{identity}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_of(identity: str, config: SplitConfig, among: Collection[str] = SPLITS) -> str:
    """Assigns a split by a stable hash.

    The answer depends on `identity`, the shares and the split seed alone: adding or removing other
    pictures moves none, and equal identities (exact copies) always stand on the same side. As every
    class is shared out by the same hash, each class has about these shares.

    Args:
        identity: the picture's, or its group's; any text.
        config: shares and seed.
        among: the splits to choose from; `train` stands for those that are left out.

    Returns:
        `train`, `eval` or `test`.
    """
    place = position(identity, config.seed)
    if place < config.test:
        return TEST if TEST in among else TRAIN
    if place < config.test + config.eval:
        return EVAL if EVAL in among else TRAIN
    return TRAIN
