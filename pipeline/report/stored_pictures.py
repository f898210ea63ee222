"""The pictures of a run, read from its TFRecords without TensorFlow, and only those that are wanted.

Synopsis:
    stored = list(stored_pictures(material.split_files("test")))
    stored[0].path, stored[0].read()
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from components import features
from components.example_gen.sources.tf_example import Feature, NoExampleError, Window, read_example

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
    """

    path: str
    label: str
    file: Path
    offset: int
    length: int

    def read(self) -> bytes:
        """The encoded picture."""
        with self.file.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)


def stored_pictures(files: Iterable[Path]) -> Iterator[StoredPicture]:
    """Every picture of some TFRecord files, in their order; what is no picture of ours ends its file."""
    for file in files:
        with file.open("rb") as opened:
            window = Window(opened)
            for start, end in _records(window, file.stat().st_size):
                try:
                    found = read_example(window, start, end)
                    (image,) = found[features.IMAGE].texts
                    path, label = (_text(window, found[name]) for name in (features.PATH, features.LABEL))
                except (NoExampleError, KeyError, ValueError):
                    break
                yield StoredPicture(path, label, file, *image)


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
