"""Cached views of pictures: written by Augment, read by Trainer, in any order, without holding them.

A store is a folder with a table of members (a picture's id, its label's index, its weight) and array files,
each of them one view of some pictures. The members are sorted by id: neither the number of files nor their
order changes a training. A file may hold pictures that are no members; they are passed over, which lets
stores share files.

Synopsis:
    store = open_store("features/7/Split-train", FEATURES_PREFIX)
    arrays, labels = store.read([3, 0, 7], views=[0, 2, 1])
"""

import io
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import tensorflow as tf

from components.array_file import ID, ArrayFile, OpenFiles, opened

FEATURES_PREFIX = "features"
"""File prefix of the pooled features, [width] float16."""
ACTIVATIONS_PREFIX = "activations"
"""File prefix of the activations at the cut; float16, or uint8 where the cut is the image itself."""
MEMBERS_FILE = "members.npy"

Member = tuple[bytes, int, float]
"""A picture's id, its label's index, and how much it counts."""

_MEMBER = np.dtype([("image_id", ID), ("label", "<i8"), ("weight", "<f4")])


def array_file_name(prefix: str, view: int, name: str) -> str:
    """What a store's array file is called.

    Args:
        prefix: `FEATURES_PREFIX` or `ACTIVATIONS_PREFIX`.
        view: which of the store's views it holds.
        name: tells it from others of the same view.
    """
    return f"{prefix}-{view:02d}-{name}"


def write_members(folder: str, members: Iterable[Member]) -> None:
    """Writes the table of a store's pictures, sorted by id."""
    table = io.BytesIO()
    np.save(table, np.array(sorted(members), _MEMBER))
    with tf.io.gfile.GFile(os.path.join(folder, MEMBERS_FILE), "wb") as file:
        file.write(table.getvalue())


def read_members(folder: str) -> np.ndarray:
    """The table: fields `image_id`, `label`, `weight`."""
    with tf.io.gfile.GFile(os.path.join(folder, MEMBERS_FILE), "rb") as file:
        return np.load(io.BytesIO(file.read()))


class FeatureStore:
    """Random access to the arrays of one prefix; holds an index, never the arrays.

    Attributes:
        labels: int64 [pictures], in the order of the pictures' ids.
        weights: float32 [pictures], how much each counts, in the same order.
        views: of each picture.
        shape: of one view.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        """
        Args:
            paths: files named by `array_file_name`, with the table of members beside them.

        Raises:
            ValueError: they hold no picture, or lack a view of one.
        """
        self._files = [ArrayFile.open(path) for path in sorted(paths)]
        if not any(len(file.ids) for file in self._files):
            raise ValueError(f"no records in {list(paths)}")
        members = read_members(os.path.dirname(paths[0]))
        self.labels, self.weights = members["label"].copy(), members["weight"].copy()
        shown = np.array([int(os.path.basename(file.path).split("-")[1]) for file in self._files])
        self.views, self.shape = int(shown.max()) + 1, self._files[0].shape
        places = [
            self._places(members["image_id"], np.flatnonzero(shown == view)) for view in range(self.views)
        ]
        self._places_by_view = np.stack(places, axis=1)

    def __len__(self) -> int:
        return len(self.labels)

    def read(self, rows: Sequence[int], views: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Reads one view of each row.

        Args:
            rows: positions in the order of ids.
            views: for each row, which of its views.

        Returns:
            arrays float32 [rows, ...], labels int64 [rows].
        """
        arrays = np.empty((len(rows), *self.shape), np.float32)
        contents: dict[int, Any] = {}
        with ExitStack() as stack:
            for array, row, view in zip(arrays, rows, views, strict=True):
                number, place = self._places_by_view[row, view].tolist()
                file = self._files[number]
                if number not in contents:
                    contents[number] = stack.enter_context(opened(file.path))
                array[...] = file.read(contents[number], place)
        return arrays, self.labels[list(rows)]

    def read_one(self, row: int, view: int, files: OpenFiles) -> np.ndarray:
        """One view of one row, out of files that the caller keeps open: many times as quick as `read`.

        Returns:
            a new array float32 [...].
        """
        number, place = self._places_by_view[row, view].tolist()
        file = self._files[number]
        return file.read(files[file.path], place).astype(np.float32)

    def _places(self, ids: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """int64 [ids, 2]: in which of the files `numbers` each id's array lies, and as which."""
        places = {
            image_id: (number, place)
            for number in numbers.tolist()
            for place, image_id in enumerate(self._files[number].ids.tolist())
        }
        try:
            return np.array([places[image_id] for image_id in ids.tolist()])
        except KeyError as error:
            folder = os.path.dirname(self._files[0].path)
            raise ValueError(f"a view of picture {error} is missing in {folder}") from error


def open_store(split_uri: str, prefix: str) -> FeatureStore:
    """The store of one split of Augment's `features`.

    Args:
        split_uri: folder of the split.
        prefix: `FEATURES_PREFIX` or `ACTIVATIONS_PREFIX`.
    """
    return FeatureStore(tf.io.gfile.glob(os.path.join(split_uri, f"{prefix}-*")))
