"""Views that were computed once, kept so that no run computes them again.

A view lies in a folder named by what it follows from, in array files named by their own content. So a run
that agrees on the name takes what is there, and computes only the pictures and the views that are not. A
file is moved here when it is whole, and one that is not what its name says is computed again. The folder
can be deleted at any time: artifacts hold links to the files, or copies, of their own.
"""

import hashlib
import logging
import os
import uuid
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from components.array_file import ArrayFile, ArrayWriter, opened
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX

PREFIXES = (FEATURES_PREFIX, ACTIVATIONS_PREFIX)
_PICTURES_IN_A_FILE = 4096
"""A kill loses the file that is being written; a store opens every file once."""

Formats = Mapping[str, tuple[str, Sequence[int]]]
"""dtype and shape of an array, by prefix."""


class CachedView:
    """The files of one view."""

    def __init__(self, root: str, digest: str) -> None:
        """
        Args:
            root: folder of the cache, on any file system.
            digest: of what the view follows from.
        """
        self._folder = os.path.join(root, f"view-{digest}")

    def files(self, prefix: str) -> list[ArrayFile]:
        """In an order that depends on their contents alone."""
        return [ArrayFile.open(path) for path in sorted(self._paths(prefix))]

    def ids(self) -> set[bytes]:
        """The pictures whose arrays are there, of every prefix."""
        held = ({name for file in self.files(prefix) for name in file.ids.tolist()} for prefix in PREFIXES)
        return set.intersection(*held)

    def drop_damaged(self) -> None:
        """Removes files whose content is not what their name says; their pictures are computed again."""
        for path in (path for prefix in PREFIXES for path in self._paths(prefix)):
            with opened(path) as file:
                digest = hashlib.sha256()
                while content := file.read(1 << 20):
                    digest.update(content)
            if not path.endswith(digest.hexdigest()):
                logging.warning("`%s` is damaged: its views are computed again", path)
                tf.io.gfile.remove(path)

    def add(self, prefix: str, path: str, sha256: str) -> None:
        """Takes over a file that is whole."""
        tf.io.gfile.makedirs(self._folder)
        tf.io.gfile.rename(path, os.path.join(self._folder, f"{prefix}-{sha256}"), overwrite=True)

    def _paths(self, prefix: str) -> list[str]:
        paths: list[str] = tf.io.gfile.glob(os.path.join(self._folder, f"{prefix}-*"))
        return paths


class ViewWriter:
    """Adds pictures to a view, some thousands a file."""

    def __init__(self, view: CachedView, formats: Formats, scratch: str) -> None:
        """
        Args:
            view: to add to.
            formats: of the arrays.
            scratch: folder for files that are not whole yet, on the same file system.
        """
        self._view, self._formats, self._scratch = view, formats, scratch
        self._writers: dict[str, ArrayWriter] = {}

    def append(self, ids: Sequence[bytes], arrays: Mapping[str, np.ndarray]) -> None:
        """Adds the arrays of some pictures, by prefix."""
        if not self._writers:
            tf.io.gfile.makedirs(self._scratch)
        for prefix in PREFIXES:
            if prefix not in self._writers:
                path = os.path.join(self._scratch, uuid.uuid4().hex)
                self._writers[prefix] = ArrayWriter(path, *self._formats[prefix])
            self._writers[prefix].append(ids, arrays[prefix])
        if self._writers[FEATURES_PREFIX].count >= _PICTURES_IN_A_FILE:
            self.close()

    def close(self) -> None:
        """Hands over what was written."""
        for prefix, writer in self._writers.items():
            self._view.add(prefix, writer.path, writer.close())
        self._writers = {}


def link(source: str, target: str) -> None:
    """Shares a file where the file system can, or copies it."""
    try:
        os.link(source, target)
    except OSError:
        tf.io.gfile.copy(source, target, overwrite=True)
