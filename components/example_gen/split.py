"""Which split a picture belongs to: a pure function of its identity, so that nothing ever moves."""

import hashlib

from components.features import EVAL, TEST, TRAIN
from pipeline.config import SplitConfig


def split_of(identity: str, config: SplitConfig) -> str:
    """Assigns a split by a stable hash.

    The answer depends on `identity`, the shares and the split seed alone: adding or removing other
    pictures moves none, and equal identities (exact copies) always stand on the same side.

    Args:
        identity: the picture's, or its group's; any text.
        config: shares and seed.

    Returns:
        `train`, `eval` or `test`.
    """
    digest = hashlib.sha256(f"{config.seed}:{identity}".encode()).digest()
    position = int.from_bytes(digest[:8], "big") / 2**64
    if position < config.test:
        return TEST
    return EVAL if position < config.test + config.eval else TRAIN
