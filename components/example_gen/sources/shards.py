"""Files that hold many pictures each (TFRecords, tar shards): which ones a path names, and their splits."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from components.example_gen import files
from components.example_gen.sources.columns import is_split_name, split_name
from components.features import TRAIN
from pipeline.errors import InputError

_BRACES = re.compile(r"\{(\d+)\.\.(\d+)\}")
_MOST = 1_000_000
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Shard:
    """One file.

    Attributes:
        root: the folder that must not be left.
        file: below `root`.
        split: if the names of all shards say it.
    """

    root: str
    file: str
    split: str | None = None

    @property
    def path(self) -> str:
        return os.path.join(self.root, self.file)


@dataclass(frozen=True)
class ShardKind:
    """A kind of file that holds many pictures.

    Attributes:
        name: for messages, in the plural.
        by_name: finds the name of such a file.
        by_head: whether a file that begins with these bytes is one.
    """

    name: str
    by_name: re.Pattern[str]
    by_head: Callable[[bytes], bool]


def find(path: str, kind: ShardKind) -> list[Shard]:
    """The shards that a path names, sorted.

    Args:
        path: a file, a folder, a pattern (`*.tar`), or numbers in braces (`{0000..0009}.tar`).
        kind: of shards to look for in a folder.

    Raises:
        InputError: nothing is there, or a link leads out of the folder.
    """
    root, names = _names(path, kind)
    if not names:
        raise InputError(
            f"`{path}` names no {kind.name}. Give --data a file, a folder, or a pattern of files."
        )
    real = files.real(root)
    for name in names:
        if not files.is_inside(real, os.path.join(real, name)):
            raise InputError(f"`{name}` is a link that leads out of `{root}`. Put the file itself there.")
    splits = [_split(name) for name in names]
    if None in splits or TRAIN not in splits:
        splits = [None] * len(names)
    return [Shard(real, name, split) for name, split in zip(names, splits, strict=True)]


def is_pattern(path: str) -> bool:
    """Whether a path stands for several files. What is there by that very name does not."""
    return (_BRACES.search(path) is not None or any(mark in path for mark in "*?[")) and not files.exists(
        path
    )


def matches(pattern: str) -> list[str]:
    """The files that a pattern stands for, sorted."""
    return sorted({path for plain in _expanded(pattern) for path in files.glob(plain)})


def head(path: str, length: int = 1024) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with files.open_binary(path) as file:
            return file.read(length)
    except InputError:
        return b""


def named_like(folder: str, kind: ShardKind) -> list[str]:
    """Paths of the shards below a folder: those named like one, or else those that begin like one."""
    names = list(files.walk(folder))
    return [name for name in names if kind.by_name.search(name)] or [
        name
        for name in names
        if files.is_inside(folder, os.path.join(folder, name))
        and kind.by_head(head(os.path.join(folder, name)))
    ]


def _names(path: str, kind: ShardKind) -> tuple[str, list[str]]:
    """The root, and the shards' names below it."""
    if is_pattern(path):
        fixed = re.split(r"[*?\[{]", path, maxsplit=1)[0]
        root = os.path.dirname(fixed)
        found = [match for match in matches(path) if not files.is_folder(match)]
        return root or ".", [match[len(root) :].lstrip("/") for match in found]
    if not files.exists(path):
        raise InputError(f"no such file or folder: `{path}`. Give --data a file, a folder, or a pattern.")
    if files.is_folder(path):
        return path, named_like(path, kind)
    real = files.real(path)  # the file itself is asked for, wherever a link leads
    return os.path.dirname(real), [os.path.basename(real)]


def _expanded(pattern: str) -> Iterator[str]:
    """Each name that `{00..12}` stands for, the zeros in front kept."""
    found = _BRACES.search(pattern)
    if not found:
        yield pattern
        return
    first, last = found.groups()
    # Python takes no number of thousands of digits, and no file's name has that many.
    if max(len(first), len(last)) > _LONGEST_NAME or int(last) - int(first) > _MOST:
        raise InputError(f"`{pattern}` stands for more than {_MOST:,} files.")
    for number in range(int(first), int(last) + 1):
        yield from _expanded(
            pattern[: found.start()] + str(number).zfill(len(first)) + pattern[found.end() :]
        )


def _split(name: str) -> str | None:
    """The only split among the words of a file's name, folders included."""
    words = {split_name(word) for word in re.split(r"[^A-Za-z]+", name) if is_split_name(word)}
    return words.pop() if len(words) == 1 else None
