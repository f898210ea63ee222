"""Entries made by hand: what they look like follows from a few words."""

import hashlib

import numpy as np

from components.example_gen.entry import THUMBNAIL_SIDE, Entry


def entry(
    path: str,
    label: str = "cat",
    *,
    content: str | None = None,
    looks: str | None = None,
    split: str | None = None,
    group: str | None = None,
    span: int = 0,
    reason: str | None = None,
    kinds: tuple[str, ...] = (),
) -> Entry:
    """A readable entry, if no reason says otherwise.

    Args:
        content: equal contents are byte-equal pictures; the path if left out.
        looks: equal looks are near-copies; the content if left out.
    """
    content = path if content is None else content
    looks = content if looks is None else looks
    seed = int.from_bytes(hashlib.sha256(looks.encode()).digest()[:8], "big")
    pixels = np.random.default_rng(seed).integers(0, 256, THUMBNAIL_SIDE**2, dtype=np.uint8)
    return Entry(
        path,
        label,
        split,
        group,
        span,
        image_id=hashlib.sha256(content.encode()).digest(),
        reason=reason,
        kinds=kinds,
        phash=seed,
        thumbnail=pixels.tobytes(),
    )
