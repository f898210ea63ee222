"""Pictures where ImageExampleGen wrote them: TFRecords, read without TensorFlow, only those that are wanted.

Synopsis:
    stored = list(stored_pictures(material.split_files("test")))
    stored[0].path, stored[0].read()
"""

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from components import features
from components.tf_example import Feature, NoExampleError, Window, read_example

_HEADER, _FOOTER = 12, 4
"""Bytes around a record: its length and a checksum of that, a checksum of the data."""


@dataclass(frozen=True)
class StoredPicture:
    """Where a picture's bytes lie.

    Attributes:
        path: of the picture, below the data root.
        label: its class.
        file: that holds it.
        offset, length: of its bytes.
        image_id: sha256 of the picture, in hex; empty where the record has none.
    """

    path: str
    label: str
    file: Path | str
    offset: int
    length: int
    image_id: str = ""

    def read(self) -> bytes:
        """The encoded picture."""
        with open_here(str(self.file)) as file:
            file.seek(self.offset)
            return file.read(self.length)


def open_here(path: str) -> BinaryIO:
    """A file of this machine."""
    return open(path, "rb")


def stored_pictures(
    files: Iterable[Path | str], opener: Callable[[str], BinaryIO] = open_here
) -> Iterator[StoredPicture]:
    """Every picture of some TFRecord files, in their order; what is no picture of ours ends its file.

    Args:
        files: uncompressed.
        opener: for files that do not lie on this machine.
    """
    for file in files:
        with opener(str(file)) as opened:
            window = Window(opened)
            for start, end in _records(window, opened.seek(0, os.SEEK_END)):
                try:
                    found = read_example(window, start, end)
                    (image,) = found[features.IMAGE].texts
                    path, label = (_text(window, found[name]) for name in (features.PATH, features.LABEL))
                    image_id = _text(window, found[features.IMAGE_ID]) if features.IMAGE_ID in found else ""
                except (NoExampleError, KeyError, ValueError):
                    break
                yield StoredPicture(path, label, file, *image, image_id)


def _records(window: Window, size: int) -> Iterator[tuple[int, int]]:
    """Where the data of each record that is whole begins and ends."""
    position = 0
    while len(header := window.take(position, _HEADER)) == _HEADER:
        start = position + _HEADER
        end = start + struct.unpack("<Q", header[:8])[0]
        if end + _FOOTER > size:
            return
        yield start, end
        position = end + _FOOTER


def _text(window: Window, feature: Feature) -> str:
    (place,) = feature.texts
    return window.take(*place).decode("utf-8", "replace")
