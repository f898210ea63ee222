"""Small data sets in every form, without TensorFlow, and the one line that a bad one gets."""

import io
import struct
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import google_crc32c
import pytest

from components.example_gen.rows import Row
from components.example_gen.sources import list_rows
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

Value = bytes | str | int | float | Sequence[bytes] | Sequence[int] | Sequence[float]


def rows_of(path: Path | str, **settings: Any) -> list[Row]:
    return list_rows(DataConfig(path=str(path), **settings))


def message(path: Path | str, **settings: Any) -> str:
    """What the user is told: one line."""
    with pytest.raises(InputError) as caught:
        rows_of(path, **settings)
    text = str(caught.value)
    assert len(text.splitlines()) == 1, text
    return text


def folders(root: Path, **files: int) -> Path:
    """One sub-folder a class, with that many files."""
    for label, count in files.items():
        (root / label).mkdir(parents=True)
        for index in range(count):
            (root / label / f"{index}.jpg").write_text(f"{label}{index}")
    return root


def pictures_in(root: Path, *paths: str) -> Path:
    """Files that stand for pictures."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    return root


def cats_and_dogs(root: Path, count: int = 3) -> list[tuple[str, str]]:
    """Writes `count` files of each class; returns path and label of each."""
    pairs = [(f"{label}{index}.jpg", label) for label in ("cat", "dog") for index in range(count)]
    pictures_in(root, *(path for path, _ in pairs))
    return pairs


# --------------------------------------------------------------------------------------------------
# TFRecords
# --------------------------------------------------------------------------------------------------


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def example(features: Mapping[str, Value]) -> bytes:
    """A serialized tf.Example."""
    entries = (_field(1, _field(1, name.encode()) + _field(2, _list(v))) for name, v in features.items())
    return _field(1, b"".join(entries))


def _list(value: Value) -> bytes:
    values = [value] if isinstance(value, bytes | str | int | float) else list(value)
    if not values or isinstance(values[0], bytes | str):
        texts = [v.encode() if isinstance(v, str) else v for v in values]
        return _field(1, b"".join(_field(1, text) for text in texts))
    if isinstance(values[0], float):
        return _field(2, _field(1, struct.pack(f"<{len(values)}f", *values)))
    return _field(3, _field(1, b"".join(_varint(number % (1 << 64)) for number in values)))


def masked_crc(content: bytes) -> bytes:
    crc = google_crc32c.value(content)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def record(content: bytes) -> bytes:
    """The content framed as in a TFRecord file."""
    length = struct.pack("<Q", len(content))
    return length + masked_crc(length) + content + masked_crc(content)


def tfrecord(path: Path, examples: Iterable[Mapping[str, Value]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(record(example(features)) for features in examples))
    return path


# --------------------------------------------------------------------------------------------------
# Tar shards
# --------------------------------------------------------------------------------------------------


def tar(path: Path, members: Iterable[tuple[str, bytes | str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as file:
        for name, content in members:
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return path
