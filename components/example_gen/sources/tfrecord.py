"""TFRecord files of tf.Examples: each row points at the picture's bytes inside its file.

A record is its length (8 bytes), a checksum of that (4), the data, and a checksum of the data (4). The
second checksum stays unread, as the pictures do; a damaged picture shows when it is decoded.

References:
    https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"
"""

import os
import re
import struct
from collections.abc import Iterator, Sequence

import google_crc32c

from components.example_gen import files
from components.example_gen.files import Place
from components.example_gen.rows import Row
from components.example_gen.sources import shards
from components.example_gen.sources.columns import LABEL_NAMES, RowMaker, find_column, no_column
from components.example_gen.sources.shards import Shard, ShardKind
from components.tf_example import Feature, NoExampleError, Window, read_example
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

IMAGE_NAMES = (
    "image",
    "image/encoded",
    "image_raw",
    "image_bytes",
    "image/raw",
    "jpeg",
    "png",
    "encoded",
    "img",
)
LABEL_FEATURES = (LABEL_NAMES[0], "image/class/text", "image/class/label", *LABEL_NAMES[1:])
LONGEST_TEXT = 1024
"""Bytes; a longer value is no label and no column."""

_HEADER, _FOOTER = 12, 4
_COMPRESSED = (b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda")


def rows(config: DataConfig) -> Iterator[Row]:
    """Lists every record of every file.

    Raises:
        InputError: no file is there, or one is compressed, damaged, or holds something else.
    """
    yield from shard_rows(shards.find(config.path or "", KIND), config)


def shard_rows(found: Sequence[Shard], config: DataConfig) -> Iterator[Row]:
    """The rows of some files of one data set."""
    maker = RowMaker(config, LABEL_FEATURES, can_rename=False)
    for shard in found:
        with files.open_binary(shard.path) as file:
            window = Window(file)
            for index, (start, end) in enumerate(_frames(window, file.seek(0, os.SEEK_END), shard)):
                where = f"`{shard.path}` record {index} (byte {start})"
                try:
                    features = read_example(window, start, end)
                except NoExampleError as error:
                    raise InputError(f"{where} is no tf.Example: {error}.") from None
                offset, length = _image(maker, features, config, where)
                place = Place(shard.root, shard.file, offset, length)
                cells = _cells(window, features, maker.image)
                yield maker.make(place, f"{shard.file}#{index}", cells, where, shard.split)
    maker.finish(f"`{config.path}`")


def begins_like_tfrecord(content: bytes) -> bool:
    """Whether the first bytes of a file are a record's length and its checksum."""
    return len(content) >= _HEADER and _is_right(content[:_HEADER])


KIND = ShardKind(
    "TFRecord files", re.compile(r"\.(tfrecords?|tfrec)([-.]\d+-of-\d+)?(\.gz)?$"), begins_like_tfrecord
)


def _frames(window: Window, size: int, shard: Shard) -> Iterator[tuple[int, int]]:
    """Where each record's data begins and ends."""
    position = 0
    while header := window.take(position, _HEADER):
        if position == 0 and header.startswith(_COMPRESSED) and not _is_right(header):
            raise InputError(
                f"`{shard.path}` is compressed, so that no record can be read by itself. Write it without "
                "compression; pictures are compressed already."
            )
        if len(header) < _HEADER or not _is_right(header):
            raise InputError(f"`{shard.path}` is no TFRecord file, or damaged: no record at byte {position}.")
        start = position + _HEADER
        end = start + struct.unpack("<Q", header[:8])[0]
        if end + _FOOTER > size:
            raise InputError(f"`{shard.path}` ends within the record at byte {position}. Write it anew.")
        yield start, end
        position = end + _FOOTER


def _is_right(header: bytes) -> bool:
    """Whether the checksum, rotated and shifted as TensorFlow does it, is that of the length."""
    crc = google_crc32c.value(header[:8])
    masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    return bool(struct.unpack("<I", header[8:])[0] == masked)


def _image(maker: RowMaker, features: dict[str, Feature], config: DataConfig, where: str) -> tuple[int, int]:
    """Offset and length of the picture."""
    name = maker.image if maker.image in features else None
    if name is None:
        name = find_column(features, config.columns.image, IMAGE_NAMES)
    if name is None:
        raise no_column("the picture's bytes", "image", config.columns.image, sorted(features), where)
    maker.image = name
    if len(features[name].texts) != 1:
        raise InputError(
            f"{where}: feature `{name}` is not the bytes of one picture. Set data.columns.image."
        )
    return features[name].texts[0]


def _cells(window: Window, features: dict[str, Feature], image: str | None) -> dict[str, str]:
    """Every other feature that is one short text or one number, as text."""
    cells: dict[str, str] = {}
    for name, feature in features.items():
        if name == image:
            continue
        if len(feature.numbers) == 1:
            cells[name] = feature.numbers[0]
        elif len(feature.texts) == 1 and feature.texts[0][1] <= LONGEST_TEXT:
            try:
                cells[name] = window.take(*feature.texts[0]).decode("utf-8")
            except UnicodeDecodeError:
                continue  # bytes of something else
    return cells
