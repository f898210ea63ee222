"""Pictures as small as an eye needs them, inside of the page."""

import base64
import io
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from PIL import Image

SIDE = 160
"""Pixels of the longer side: what a phone shows of a picture among others, at twice its density."""
_QUALITY = 72

T = TypeVar("T")


def thumbnail(content: bytes, side: int = SIDE) -> str | None:
    """A `data:` address of a small version; `None` where the bytes are no picture."""
    buffer = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is damaged or huge, which was judged before
            with Image.open(io.BytesIO(content)) as image:
                image.draft("RGB", (2 * side, 2 * side))
                small = image.convert("L" if image.mode in ("1", "L") else "RGB")
                small.thumbnail((side, side))
        small.save(buffer, "WEBP", quality=_QUALITY, method=2)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def thumbnails(items: Iterable[T], read: Callable[[T], bytes], side: int = SIDE) -> list[str | None]:
    """Of many, on all cores; `read` gives the bytes of each."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda item: _of(item, read, side), items))


def _of(item: T, read: Callable[[T], bytes], side: int) -> str | None:
    try:
        return thumbnail(read(item), side)
    except OSError:  # deleted since it was listed
        return None
