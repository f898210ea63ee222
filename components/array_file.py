"""Files of arrays that have one shape, each array under a picture's id.

A file is a header of fixed length, the arrays, and their ids. A place is a product, nothing is parsed, and
reading an array costs a seek. Files are written from front to back, on any file system.

Synopsis:
    writer = ArrayWriter(path, "float16", [1280])
    writer.append([b"0a1b", b"2c3d"], arrays)
    sha256 = writer.close()
    file = ArrayFile.open(path)
    with opened(path) as content:
        file.read(content, row=1)
"""

import hashlib
import json
import math
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

ID = f"S{len(hashlib.sha256().hexdigest())}"
"""The type of an id: a digest in hex, or anything shorter."""

_ID_BYTES = np.dtype(ID).itemsize
_HEADER_BYTES = 256


class ArrayWriter:
    """Writes one file.

    Attributes:
        path: of the file.
        count: arrays so far.
    """

    def __init__(self, path: str, dtype: str, shape: Sequence[int]) -> None:
        """
        Args:
            path: replaced if it is there.
            dtype: of every array, as numpy names it.
            shape: of every array.
        """
        self.path, self.count = path, 0
        self._dtype, self._shape = np.dtype(dtype), tuple(shape)
        self._ids: list[bytes] = []
        self._digest = hashlib.sha256()
        self._file = tf.io.gfile.GFile(path, "wb")
        header = json.dumps({"dtype": self._dtype.name, "shape": self._shape})
        self._write(header.encode().ljust(_HEADER_BYTES))

    def append(self, ids: Sequence[bytes], arrays: np.ndarray) -> None:
        """Adds `arrays`, [pictures, *shape], of the pictures `ids`.

        Raises:
            ValueError: the file is of other arrays.
        """
        expected, received = (self._dtype, (len(ids), *self._shape)), (arrays.dtype, arrays.shape)
        if received != expected:
            raise ValueError(f"`arrays` must be {expected}. Received: {received}")
        self._write(arrays.tobytes())
        self._ids += ids
        self.count += len(ids)

    def close(self) -> str:
        """Ends the file, and brings it to disk; returns its sha256, in hex."""
        self._write(np.array(self._ids, ID).tobytes())
        self._file.close()
        if _is_local(self.path):
            with open(self.path, "rb") as file:
                os.fsync(file.fileno())
        return self._digest.hexdigest()

    def _write(self, content: bytes) -> None:
        self._digest.update(content)
        self._file.write(content)


@dataclass(frozen=True)
class ArrayFile:
    """What is known of a file without its arrays.

    Attributes:
        path: of the file.
        dtype: of every array.
        shape: of every array.
        ids: whose arrays they are, bytes [arrays].
    """

    path: str
    dtype: np.dtype
    shape: tuple[int, ...]
    ids: np.ndarray

    @classmethod
    def open(cls, path: str) -> "ArrayFile":
        """Reads header and ids.

        Raises:
            ValueError: it is no whole file of arrays.
        """
        with opened(path) as content:
            try:
                header = json.loads(content.read(_HEADER_BYTES))
                dtype, shape = np.dtype(header["dtype"]), tuple(header["shape"])
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"`{path}` is no file of arrays") from error
            array_bytes = dtype.itemsize * math.prod(shape)
            count, rest = divmod(tf.io.gfile.stat(path).length - _HEADER_BYTES, array_bytes + _ID_BYTES)
            if rest:
                raise ValueError(f"`{path}` is not whole")
            content.seek(_HEADER_BYTES + count * array_bytes)
            return cls(path, dtype, shape, np.frombuffer(content.read(count * _ID_BYTES), ID))

    def read(self, content: Any, row: int) -> np.ndarray:
        """One array of `content`, which is this file, opened."""
        array_bytes = self.dtype.itemsize * math.prod(self.shape)
        content.seek(_HEADER_BYTES + row * array_bytes)
        return np.frombuffer(content.read(array_bytes), self.dtype).reshape(self.shape)


def opened(path: str) -> Any:
    """A binary file to read and to seek in, as a context manager."""
    # TensorFlow's files cost twenty times a plain one's seek and read.
    return open(path, "rb", buffering=0) if _is_local(path) else tf.io.gfile.GFile(path, "rb")


class OpenFiles:
    """Files that stay open from one read to the next, which spares most of what a small read costs.

    The `most` that were used last are open, so that a store of any number of files leaves handles for others.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._contents: OrderedDict[str, Any] = OrderedDict()

    def __getitem__(self, path: str) -> Any:
        """The file at `path`, to read and to seek in; its position is where it was left."""
        content = self._contents.get(path)
        if content is None:
            if len(self._contents) >= self._most:
                self._contents.popitem(last=False)[1].close()
            content = self._contents[path] = opened(path)
        else:
            self._contents.move_to_end(path)
        return content

    def __len__(self) -> int:
        return len(self._contents)

    def close(self) -> None:
        """Closes all of them; one that is asked for again is opened again."""
        while self._contents:
            self._contents.popitem()[1].close()


def _is_local(path: str) -> bool:
    return "://" not in path
