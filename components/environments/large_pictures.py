"""Whole pictures for Glimpse, out of the examples' TFRecords, at the scale of its window."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import tensorflow as tf

from components.array_file import OpenFiles, opened
from components.environments.served_window import whole_picture
from components.stored_pictures import stored_pictures
from pipeline.errors import InputError

HELD_BYTES = 256 << 20
"""What the pictures at hand may take; those that were not seen for longest go."""

_PLACE = np.dtype(
    [("image_id", "S64"), ("label", "<i8"), ("file", "<i4"), ("offset", "<i8"), ("length", "<i8")]
)


class LargePictures:
    """`Pictures` as they are, resized and nothing else: one view, uint8 [side, side, 3].

    An index of where each lies is held, some hundred bytes a picture, and the pictures that were seen last.
    Their order is that of their ids, however they are spread over files.
    """

    def __init__(self, files: Sequence[str], places: np.ndarray, classes: Sequence[str], side: int) -> None:
        """
        Args:
            files: TFRecords, uncompressed.
            places: `image_id`, `label` (an index of `classes`), `file` (an index of `files`), and `offset`
                and `length` of the encoded picture in it; one row a picture.
            classes: names, in the order of the labels.
            side: that pictures are brought to, pixels: `window.picture_side`.
        """
        places = places[np.argsort(places["image_id"], kind="stable")]
        self.classes, self.labels, self.views = tuple(classes), places["label"].copy(), 1
        self.space = gymnasium.spaces.Box(0, 255, (side, side, 3), np.uint8)
        self._places, self._paths, self._side = places, list(files), side
        self._files = OpenFiles()
        self._held: OrderedDict[int, np.ndarray] = OrderedDict()
        self._most = max(HELD_BYTES // (3 * side * side), 1)

    @classmethod
    def of_split(cls, files: Iterable[str | Path], classes: Sequence[str], side: int) -> "LargePictures":
        """The pictures of a split.

        Args:
            files: its TFRecords, as ImageExampleGen writes them.
            classes: names, in the order of their indices.
            side: that pictures are brought to, pixels.

        Raises:
            InputError: there is no picture, or one of another class.
        """
        paths = sorted(map(str, files))
        number, index = ({name: place for place, name in enumerate(names)} for names in (paths, classes))
        found = stored_pictures(paths, opened)
        try:
            rows = (
                (each.image_id.encode(), index[each.label], number[str(each.file)], each.offset, each.length)
                for each in found
            )
            places = np.fromiter(rows, _PLACE)
        except KeyError as error:
            raise InputError(
                f"class {error} in `{paths[0]}` is none of those that are learnt: {', '.join(classes)}. "
                "Give it pictures in train, or take it out of the data."
            ) from None
        if not len(places):
            raise InputError(
                f"there is no picture in {', '.join(paths) or 'no file'}. Give the split pictures."
            )
        return cls(paths, places, classes, side)

    def __len__(self) -> int:
        return len(self.labels)

    def __deepcopy__(self, memo: dict[int, Any]) -> "LargePictures":
        """Itself: Gymnasium copies an environment's arguments, and open files have no copies."""
        return self

    @property
    def ids(self) -> np.ndarray:
        """bytes [pictures]: sha256 of each, in hex, in the order of the rows."""
        return self._places["image_id"]

    def read(self, row: int, view: int = 0) -> np.ndarray:
        """One picture, uint8 [side, side, 3], which cannot be written to."""
        picture = self._held.get(row)
        if picture is not None:
            self._held.move_to_end(row)
            return picture
        if len(self._held) >= self._most:
            self._held.popitem(last=False)
        # On the processor, wherever the policy is trained: there it is served.
        with tf.device("CPU:0"):
            picture = whole_picture(self.content(row), self._side).numpy()
        picture.flags.writeable = False
        self._held[row] = picture
        return picture

    def content(self, row: int) -> bytes:
        """The encoded picture."""
        _, _, number, offset, length = self._places[row].item()
        file = self._files[self._paths[number]]
        file.seek(offset)
        return bytes(file.read(length))
