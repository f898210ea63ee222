"""The second pass: every row goes where it was placed, as a tf.Example or into the quarantine."""

import io
import json
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import apache_beam as beam
import tensorflow as tf
from PIL import Image

from components import features
from components.example_gen import handfuls
from components.example_gen.entry import Entry
from components.example_gen.examine import read_as_examined
from components.example_gen.judging.placement import Placement
from components.example_gen.rows import Row
from pipeline.settings.data import DataConfig

REFUSED = "refused"
_THUMBNAIL_SIDE = 96
_LENGTH_BYTES, _CRC_BYTES = 8, 4
"""Of TFRecord's framing: length, crc of it, data, crc of that."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with a row: its entry without what served to compare it, and its placement."""

    row: Row
    entry: Entry
    placement: Placement

    def to_json(self) -> str:
        """One line."""
        return json.dumps([self.row.to_json(), self.entry.to_json(), asdict(self.placement)])

    @classmethod
    def from_json(cls, line: str) -> "Order":
        """Reads what `to_json` wrote."""
        row, entry, placement = json.loads(line)
        return cls(Row.from_json(row), Entry.from_json(entry), Placement(**placement))


def orders(rows: Sequence[Row], entries: Iterable[Entry], placements: Iterable[Placement]) -> Iterator[Order]:
    """One order for each row; all in the same order."""
    for row, entry, placement in zip(rows, entries, placements, strict=True):
        yield Order(row, replace(entry, thumbnail=b""), placement)


def carry_out(orders: beam.PCollection, config: DataConfig, thumbnails: str) -> beam.pvalue.DoOutputsTuple:
    """Writes what was ordered.

    Args:
        orders: handfuls of them.
        config: of the node.
        thumbnails: folder for small versions of what is set aside but can be seen.

    Returns:
        For each split its serialized tf.Examples, and under `REFUSED` the lines of the quarantine.
    """
    return (
        orders
        | "ReadOrders" >> beam.FlatMap(handfuls.read)
        | "CarryOut" >> beam.ParDo(_CarryOut(config, thumbnails)).with_outputs()
    )


class _CarryOut(beam.DoFn):
    """An order -> its example or its line, tagged."""

    def __init__(self, config: DataConfig, thumbnails: str) -> None:
        self._config = config
        self._thumbnails = thumbnails

    def process(self, line: str) -> Iterator[beam.pvalue.TaggedOutput]:
        order = Order.from_json(line)
        placement = order.placement
        if placement.split is None:
            thumbnail = self._write_thumbnail(order)
            entry = refusal(order.entry, placement, thumbnail)
            yield beam.pvalue.TaggedOutput(REFUSED, json.dumps(entry, sort_keys=True, ensure_ascii=False))
        else:
            example = to_example(
                order.row, order.entry, read_as_examined(order.row, order.entry, self._config)
            )
            yield beam.pvalue.TaggedOutput(placement.split, example)

    def _write_thumbnail(self, order: Order) -> str | None:
        """A small version for the eye, if there is a picture."""
        if order.entry.reason is not None:
            return None
        name = f"{order.entry.image_id.hex()}.jpg"
        with Image.open(io.BytesIO(read_as_examined(order.row, order.entry, self._config))) as image:
            image.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
            buffer = io.BytesIO()
            image.convert("RGB").save(buffer, "JPEG", quality=80)
        with tf.io.gfile.GFile(os.path.join(self._thumbnails, name), "wb") as file:
            file.write(buffer.getvalue())
        return name


def refusal(entry: Entry, placement: Placement, thumbnail: str | None) -> dict[str, str | None]:
    """What the quarantine says of a picture."""
    return {
        "path": entry.path,
        "label": entry.label,
        "kind": placement.kind,
        "reason": placement.reason,
        "thumbnail": thumbnail,
    }


def to_example(row: Row, entry: Entry, content: bytes) -> bytes:
    """A serialized tf.Example: the picture, its label, what was measured, and the data's own columns."""
    values: dict[str, bytes | str | int | float] = {
        features.IMAGE: content,
        features.LABEL: entry.label,
        features.PATH: entry.path,
        features.IMAGE_ID: entry.image_id.hex(),
        features.WEIGHT: float(row.weight),
        **dict(entry.features),
        **row.columns,
    }
    example = tf.train.Example(
        features=tf.train.Features(feature={name: _feature(value) for name, value in values.items()})
    )
    return bytes(example.SerializeToString(deterministic=True))


def _feature(value: bytes | str | int | float) -> tf.train.Feature:
    if isinstance(value, int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
    if isinstance(value, float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))
    content = value.encode("utf-8", "backslashreplace") if isinstance(value, str) else value
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[content]))


def count_records(paths: Sequence[str]) -> int:
    """How many records TFRecord files hold; reads their lengths only."""
    count = 0
    for path in paths:
        with open(path, "rb") as file:
            while header := file.read(_LENGTH_BYTES):
                (length,) = struct.unpack("<Q", header)
                file.seek(_CRC_BYTES + length + _CRC_BYTES, os.SEEK_CUR)
                count += 1
    return count
