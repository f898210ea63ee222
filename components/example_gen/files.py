"""Files on this machine or on any file system that TensorFlow's gfile reads, by one set of names.

A local path goes to the operating system, which is faster and knows links; one with a scheme
(`gs://`, `s3://`, `hdfs://`, `ram://`) goes to gfile. TensorFlow is imported for the latter only.
"""

import contextlib
import glob as local_glob
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from components.example_gen.remote import RemoteFile, gfile, is_remote, remote_error, split_remote
from pipeline.errors import InputError

_LOCAL_SCHEME = "file://"


def normalise(path: str) -> str:
    """A user's path with `~` expanded; `file://` is the machine's own, where links are checked."""
    return os.path.expanduser(path.removeprefix(_LOCAL_SCHEME))


@dataclass(frozen=True, slots=True)
class Place:
    """Where some bytes lie: a whole file, or a part of one (a member of a tar, a record's value).

    Attributes:
        root: the folder that must not be left, links followed.
        file: below `root`.
        offset: of the first byte.
        length: in bytes; `None` for the whole file.
    """

    root: str
    file: str
    offset: int = 0
    length: int | None = None

    @property
    def path(self) -> str:
        return os.path.join(self.root, self.file)


class OutsideError(ValueError):
    """The place lies outside of its root, or is nothing that can be read like a file, or is too large.

    Attributes:
        kind: `outside` or `too_large`, as in `components.example_gen.judging.checks`.
    """

    def __init__(self, text: str, kind: str = "outside") -> None:
        super().__init__(text)
        self.kind = kind


def read(place: Place, max_bytes: int) -> bytes:
    """The bytes at `place`.

    Args:
        place: where.
        max_bytes: more are refused, unread.

    Raises:
        OutsideError: a link or a path leads out of the root, it is no regular file, or it is too large.
        OSError: it cannot be read, or holds fewer bytes than the place says.
    """
    if "\0" in place.file:
        raise OutsideError("no file name: it holds a NUL byte")
    content = (_read_remote if is_remote(place.root) else _read_local)(place, max_bytes)
    if place.length is not None and len(content) < place.length:
        raise OSError(f"ends early: {len(content):,} of {place.length:,} bytes")
    return content


def real(folder: str) -> str:
    """The folder's one true name: absolute, links followed; as it is on a remote file system."""
    return folder.rstrip("/") if is_remote(folder) else os.path.realpath(folder)


def is_inside(root: str, path: str) -> bool:
    """Whether `path`, links followed, lies below `root`, or is `root`. Remote paths know no links."""
    if is_remote(root):
        base = root.rstrip("/")
        return path.rstrip("/") == base or (path.startswith(base + "/") and ".." not in path.split("/"))
    real = os.path.realpath(root)
    return os.path.commonpath((os.path.realpath(path), real)) == real


def open_binary(path: str) -> BinaryIO:
    """A buffered file object that reads bytes and seeks.

    Raises:
        InputError: it is not there, no regular file, or cannot be read.
    """
    try:
        if is_remote(path):
            return io.BufferedReader(RemoteFile(path))
        # Asked before opening: to open a pipe would wait for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise InputError(f"`{path}` is no regular file.")
        return open(path, "rb")
    except (OSError, remote_error()) as error:
        raise InputError(f"`{path}` cannot be read: {_reason(error)}.") from error


def stamp(place: Place) -> str:
    """Size and time of change, for fingerprints; `missing` where there is no file."""
    try:
        if is_remote(place.root):
            status = gfile().stat(place.path)
            return f"{status.length}:{status.mtime_nsec}"
        local = os.stat(place.path)
        return f"{local.st_size}:{local.st_mtime_ns}"
    except (OSError, ValueError, remote_error()):
        return "missing"


# --------------------------------------------------------------------------------------------------
# Listing
# --------------------------------------------------------------------------------------------------


def exists(path: str) -> bool:
    """Whether there is a file or a folder."""
    if not is_remote(path):
        return os.path.exists(path)
    with _told(path):
        return bool(gfile().exists(path))


def is_folder(path: str) -> bool:
    """Whether it is a folder, links followed."""
    if not is_remote(path):
        return os.path.isdir(path)
    with _told(path):
        return bool(gfile().isdir(path))


def glob(pattern: str) -> list[str]:
    """The files that match, sorted; hidden ones left out."""
    with _told(pattern):
        found = gfile().glob(pattern) if is_remote(pattern) else local_glob.glob(pattern)
    return sorted(path for path in found if not os.path.basename(path.rstrip("/")).startswith("."))


def entries(folder: str, hidden: bool = False) -> list[str]:
    """Names in a folder, sorted.

    Args:
        folder: where.
        hidden: whether names that begin with a dot are among them.

    Raises:
        InputError: it cannot be read.
    """
    with _told(folder):
        names = gfile().listdir(folder) if is_remote(folder) else os.listdir(folder)
    return sorted(name.rstrip("/") for name in names if hidden or not name.startswith("."))


def walk(folder: str) -> Iterator[str]:
    """Paths below `folder`, relative to it, sorted in each folder; hidden ones left out.

    A link to a folder is given as if it were a file: whoever reads it will refuse it aloud.

    Raises:
        InputError: a folder below cannot be read.
    """
    split = split_remote if is_remote(folder) else _split_local
    pending = [""]
    while pending:
        below = pending.pop()
        where = os.path.join(folder, below) if below else folder
        with _told(where):
            names, folders = split(where)
        prefix = f"{below}/" if below else ""
        yield from (prefix + name for name in sorted(names))
        pending.extend(prefix + name for name in sorted(folders, reverse=True))


def _split_local(folder: str) -> tuple[list[str], list[str]]:
    """Names of files, and names of folders."""
    names: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as found:
        for entry in found:
            if not entry.name.startswith("."):
                (folders if entry.is_dir(follow_symlinks=False) else names).append(entry.name)
    return names, folders


@lru_cache(maxsize=64)
def _real_root(root: str) -> str:
    """Asked for every picture anew, this alone took a twentieth of the time."""
    return os.path.realpath(root)


def _read_local(place: Place, max_bytes: int) -> bytes:
    path, root = os.path.realpath(place.path), _real_root(place.root)
    if os.path.commonpath((path, root)) != root:
        raise OutsideError("a link that leads out of the data folder")
    # Asked before opening: to open a pipe would wait for ever.
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise OutsideError("no regular file")
    length = status.st_size if place.length is None else place.length
    _check_length(length, max_bytes)
    with open(path, "rb") as file:
        file.seek(place.offset)
        return file.read(length)


def _read_remote(place: Place, max_bytes: int) -> bytes:
    if not is_inside(place.root, place.path):
        raise OutsideError("a path that leads out of the data folder")
    try:
        length = gfile().stat(place.path).length if place.length is None else place.length
        _check_length(length, max_bytes)
        with gfile().GFile(place.path, "rb") as file:
            file.seek(place.offset)
            return bytes(file.read(length))
    except remote_error() as error:
        raise OSError(_reason(error)) from error


def _check_length(length: int, max_bytes: int) -> None:
    if length > max_bytes:
        text = f"{length:,} bytes are more than data.max_bytes ({max_bytes:,})"
        raise OutsideError(text, "too_large")


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """Says what the file system said, as one line about `path`."""
    try:
        yield
    except (OSError, ValueError, remote_error()) as error:
        raise InputError(f"`{path}` cannot be read: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error)
    return str(text) or type(error).__name__
