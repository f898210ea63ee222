"""Reads tf.Examples without TensorFlow, and without the pictures in them: only where those lie.

A serialized protocol buffer is a list of fields, each a tag (number and kind) and a value; a value of
kind 2 begins with its length. An Example nests four of them:
`features` 1 { `feature` 1 { `key` 1, `value` 2 { one list { `value` 1 }}}}, where the list is `bytes_list` 1,
`float_list` 2 or `int64_list` 3.

References:
    https://protobuf.dev/programming-guides/encoding/
    tensorflow/core/example/{example,feature}.proto
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

_CHUNK = 8192
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_BYTES_LIST, _FLOAT_LIST, _INT64_LIST = 1, 2, 3
_MOST_VALUES = 2
"""Kept of a list: enough to see that there are several."""


class NoExampleError(ValueError):
    """These bytes are no tf.Example."""


@dataclass(slots=True)
class Feature:
    """One feature.

    Attributes:
        texts: offset in the file and length of each bytes value, the first two.
        numbers: the integers or floats as text, the first two.
    """

    texts: list[tuple[int, int]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)


class Window:
    """The part of a file that is looked at; it moves, so that big values are stepped over unread."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = 0
        self._chunk = b""

    def take(self, position: int, length: int) -> bytes:
        """The bytes there; fewer at the end of the file."""
        start = position - self._start
        if not 0 <= start <= start + length <= len(self._chunk):
            self._file.seek(position)
            self._start, self._chunk, start = position, self._file.read(max(length, _CHUNK)), 0
        return self._chunk[start : start + length]

    def varint(self, position: int, end: int) -> tuple[int, int]:
        """A number of variable length, and the position behind it."""
        start = position - self._start
        if position < end and 0 <= start < len(self._chunk) and self._chunk[start] < 0x80:
            return self._chunk[start], position + 1  # nearly always: one byte, at hand
        value = 0
        for shift, byte in enumerate(self.take(position, min(10, end - position))):
            value |= (byte & 0x7F) << (7 * shift)
            if byte < 0x80:
                return value, position + shift + 1
        raise NoExampleError(f"no number at byte {position}")


def read_example(window: Window, start: int, end: int) -> dict[str, Feature]:
    """The features of the tf.Example between two positions of a file.

    Raises:
        NoExampleError: the bytes make none.
    """
    features: dict[str, Feature] = {}
    for number, kind, first, last in _fields(window, start, end):
        if (number, kind) == (1, _BYTES):
            for inner, inner_kind, entry, entry_end in _fields(window, first, last):
                if (inner, inner_kind) == (1, _BYTES):
                    name, feature = _entry(window, entry, entry_end)
                    features[name] = feature
    return features


def _entry(window: Window, start: int, end: int) -> tuple[str, Feature]:
    name, feature = "", Feature()
    for number, kind, first, last in _fields(window, start, end):
        if (number, kind) == (1, _BYTES):
            try:
                name = window.take(first, last - first).decode("utf-8")
            except UnicodeDecodeError:
                raise NoExampleError(f"no name at byte {first}") from None
        elif (number, kind) == (2, _BYTES):
            for list_number, list_kind, low, high in _fields(window, first, last):
                if list_kind == _BYTES:
                    _add(window, feature, list_number, low, high)
    return name, feature


def _add(window: Window, feature: Feature, number: int, start: int, end: int) -> None:
    """Takes the values of one of the three kinds of lists."""
    for inner, kind, first, last in _fields(window, start, end):
        if inner != 1 or max(len(feature.texts), len(feature.numbers)) >= _MOST_VALUES:
            return
        if number == _BYTES_LIST and kind == _BYTES:
            feature.texts.append((first, last - first))
        elif number == _INT64_LIST:
            feature.numbers += _integers(window, kind, first, last)
        elif number == _FLOAT_LIST and kind in (_BYTES, _FIXED32):
            content = window.take(first, min(last - first, 4 * _MOST_VALUES) // 4 * 4)
            feature.numbers += [f"{value:.7g}" for (value,) in struct.iter_unpack("<f", content)]


def _integers(window: Window, kind: int, first: int, last: int) -> Iterator[str]:
    """Packed ones in `first..last`, or the single one there; the first few."""
    for _ in range(_MOST_VALUES if kind == _BYTES else 1):
        if first >= last:
            return
        value, first = window.varint(first, last)
        yield str(value - (1 << 64) if value >> 63 else value)


def _fields(window: Window, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, kind, and the positions around the value, of each field."""
    position = start
    while position < end:
        tag, position = window.varint(position, end)
        kind = tag & 7
        if kind == _VARINT:
            _, after = window.varint(position, end)
        elif kind == _BYTES:
            length, position = window.varint(position, end)
            after = position + length
        elif kind in (_FIXED32, _FIXED64):
            after = position + (4 if kind == _FIXED32 else 8)
        else:
            raise NoExampleError(f"no field at byte {position}")
        if after > end or tag >> 3 == 0:
            raise NoExampleError(f"a field at byte {position} is longer than what holds it")
        yield tag >> 3, kind, position, after
        position = after
