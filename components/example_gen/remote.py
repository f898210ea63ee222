"""File systems with a scheme (`gs://`, `s3://`, `hdfs://`, `ram://`), by TensorFlow's gfile.

TensorFlow is imported on the first use, which takes seconds; local data does without.
"""

import io
import os
import re
import sys
from typing import Any

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FILE_NAME = re.compile(r"\.(jpe?g|png|webp|bmp|gif|tiff?|tar|tfrecords?)$", re.IGNORECASE)


def is_remote(path: str) -> bool:
    """Whether `path` names a file system other than the machine's own."""
    return _SCHEME.match(path) is not None


def gfile() -> Any:
    """The module `tf.io.gfile`."""
    import tensorflow as tf

    return tf.io.gfile


def remote_error() -> type[Exception]:
    """What gfile raises. Evaluated while an error is handled, so that it imports nothing by itself."""
    tensorflow = sys.modules.get("tensorflow")
    error: type[Exception] = tensorflow.errors.OpError if tensorflow else OSError
    return error


def split_remote(folder: str) -> tuple[list[str], list[str]]:
    """Names of the files and of the folders in `folder`, hidden ones left out."""
    names: list[str] = []
    folders: list[str] = []
    for name in gfile().listdir(folder):
        if not name.startswith("."):
            # Each question is a round trip; a picture's name answers it, and object stores mark folders.
            deeper = name.endswith("/") or not (
                _FILE_NAME.search(name) or not gfile().isdir(os.path.join(folder, name))
            )
            (folders if deeper else names).append(name.rstrip("/"))
    return names, folders


class RemoteFile(io.RawIOBase):
    """gfile's file as Python's libraries want files to be."""

    def __init__(self, path: str) -> None:
        self._file = gfile().GFile(path, "rb")
        self._size = int(self._file.size())
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills `buffer` as far as the file goes."""
        content = self._file.read(min(len(buffer), max(0, self._size - self._position)))
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves; beyond the end there is nothing to read."""
        self._position = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position += offset
        self._file.seek(min(self._position, self._size))
        return self._position

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._position
