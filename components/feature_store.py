"""Cached arrays on disk: written by Augment, read by Trainer, in any order, without holding them.

A store is a set of uncompressed TFRecord files. Each record is a tf.Example with the picture's id, its
label's index, its weight, and one array [views, ...] in float16 or uint8. The reader makes an index of
offsets in one pass and sorts it by id, so that neither the number of shards nor their order changes a
training.

Synopsis:
    store = FeatureStore(glob("Split-train/features*"))
    arrays, labels = store.read([3, 0, 7], views=[0, 2, 1])
"""

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from components import features

FEATURES_PREFIX = "features"
"""File prefix of the pooled features, [views, width] float16."""
ACTIVATIONS_PREFIX = "activations"
"""File prefix of the activations at the cut, [views, ...]; uint8 where the cut is the image itself."""

_ARRAY = "array"
_SHAPE = "shape"
_DTYPE = "dtype"
_LENGTH_BYTES = 8
_CRC_BYTES = 4


def encode(image_id: bytes, label: int, weight: float, array: np.ndarray) -> bytes:
    """One record: the views of one picture."""
    values = {
        features.IMAGE_ID: tf.train.Feature(bytes_list=tf.train.BytesList(value=[image_id])),
        features.LABEL_XF: tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
        features.WEIGHT: tf.train.Feature(float_list=tf.train.FloatList(value=[weight])),
        _SHAPE: tf.train.Feature(int64_list=tf.train.Int64List(value=array.shape)),
        _DTYPE: tf.train.Feature(bytes_list=tf.train.BytesList(value=[array.dtype.name.encode()])),
        _ARRAY: tf.train.Feature(bytes_list=tf.train.BytesList(value=[array.tobytes()])),
    }
    example = tf.train.Example(features=tf.train.Features(feature=values))
    return bytes(example.SerializeToString(deterministic=True))


def count_records(paths: Sequence[str]) -> int:
    """How many records the files hold; reads their lengths only."""
    count = 0
    for path in paths:
        with open(path, "rb") as file:
            while header := file.read(_LENGTH_BYTES):
                (length,) = struct.unpack("<Q", header)
                file.seek(_CRC_BYTES + length + _CRC_BYTES, os.SEEK_CUR)
                count += 1
    return count


@dataclass(frozen=True)
class _Place:
    """Where a record lies."""

    image_id: bytes
    label: int
    weight: float
    file: int
    offset: int
    length: int


class FeatureStore:
    """Random access to records written by `encode`; holds an index, never the arrays.

    Attributes:
        labels: int64 [records], in the order of the records' ids.
        weights: float32 [records], how much each counts, in the same order.
        views: arrays in each record.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        """Opens and indexes the files.

        Raises:
            ValueError: they hold no record.
        """
        self._files = [os.open(path, os.O_RDONLY) for path in sorted(paths)]
        places = [place for number in range(len(self._files)) for place in self._index(number)]
        if not places:
            raise ValueError(f"no records in {list(paths)}")
        self._places = sorted(places, key=lambda place: (place.image_id, place.file, place.offset))
        self.labels = np.array([place.label for place in self._places], dtype=np.int64)
        self.weights = np.array([place.weight for place in self._places], dtype=np.float32)
        self.views, *shape = self._array(self._places[0]).shape
        self.shape = tuple(shape)

    def __len__(self) -> int:
        return len(self._places)

    def __del__(self) -> None:
        for file in getattr(self, "_files", ()):
            os.close(file)

    def read(self, rows: Sequence[int], views: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Reads one view of each row.

        Args:
            rows: positions in the order of ids.
            views: for each row, which of its views.

        Returns:
            arrays float32 [rows, ...], labels int64 [rows].
        """
        arrays = [self._array(self._places[row])[view] for row, view in zip(rows, views, strict=True)]
        return np.stack(arrays).astype(np.float32), self.labels[list(rows)]

    def _index(self, number: int) -> list[_Place]:
        """The records of one file. TFRecord framing: length, crc of it, data, crc of that."""
        file, offset, places = self._files[number], 0, []
        while header := os.pread(file, _LENGTH_BYTES, offset):
            (length,) = struct.unpack("<Q", header)
            start = offset + _LENGTH_BYTES + _CRC_BYTES
            values = tf.train.Example.FromString(os.pread(file, length, start)).features.feature
            image_id = values[features.IMAGE_ID].bytes_list.value[0]
            label = values[features.LABEL_XF].int64_list.value[0]
            weight = values[features.WEIGHT].float_list.value[0]
            places.append(_Place(image_id, label, weight, number, start, length))
            offset = start + length + _CRC_BYTES
        return places

    def _array(self, place: _Place) -> np.ndarray:
        content = os.pread(self._files[place.file], place.length, place.offset)
        values = tf.train.Example.FromString(content).features.feature
        dtype = np.dtype(values[_DTYPE].bytes_list.value[0].decode())
        array = np.frombuffer(values[_ARRAY].bytes_list.value[0], dtype)
        return array.reshape(tuple(values[_SHAPE].int64_list.value))
