"""Where labelled pictures come from. A source lists rows; it opens no picture.

A further kind of source (a manifest, TFRecords, ...) is one more function from `DataConfig` to rows,
and one more line in `_SOURCES`.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from components.features import RAW_FEATURES, SPLITS
from data import solar_cells
from pipeline.config import DataConfig
from pipeline.errors import InputError


@dataclass(frozen=True)
class Row:
    """One labelled file.

    Attributes:
        root: the folder that the picture must lie in, links followed.
        path: below `root`.
        label: class name.
        slices: further text features, by name.
    """

    root: str
    path: str
    label: str
    slices: Mapping[str, str] = field(default_factory=dict)


def list_rows(config: DataConfig) -> list[Row]:
    """Lists the data set, and refuses one that nothing can be learnt from.

    Returns:
        Rows in a stable order.

    Raises:
        InputError: no such folder, an empty one, fewer than two classes, a class with fewer files
            than there are splits, or a class name that a list of names cannot hold.
    """
    rows = [row for row in _SOURCES[config.source](config) if _position(row) < config.share]
    counts = Counter(row.label for row in rows)
    place = config.path or config.source
    if not rows:
        raise InputError(f"`{place}` holds no pictures. Put one sub-folder a class into it, pictures inside.")
    if len(counts) < 2:
        raise InputError(
            f"`{place}` holds one class only (`{next(iter(counts))}`). A classifier needs two or more: "
            "one sub-folder for each."
        )
    for label, count in sorted(counts.items()):
        if label.splitlines() != [label]:
            raise InputError(f"class name {label!r} holds a line break. Rename its folder in `{place}`.")
        if count < len(SPLITS):
            raise InputError(
                f"class `{label}` in `{place}` has {count} file(s), fewer than the {len(SPLITS)} splits "
                f"({', '.join(SPLITS)}). Add pictures or remove the class."
            )
    return rows


def fingerprint(rows: list[Row]) -> str:
    """A digest of names, labels, slices, sizes and times of change: equal as long as nothing changed."""
    digest = hashlib.sha256()
    for row in rows:
        try:
            status = os.stat(os.path.join(row.root, row.path))
            stamp = f"{status.st_size}:{status.st_mtime_ns}"
        except OSError:
            stamp = "missing"
        entry = f"{row.path}\0{row.label}\0{sorted(row.slices.items())}\0{stamp}\n"
        digest.update(entry.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _position(row: Row) -> float:
    """A stable place in [0, 1) for each path."""
    return int.from_bytes(hashlib.sha256(os.fsencode(row.path)).digest()[:8], "big") / 2**64


def _class_folders(config: DataConfig) -> Iterator[Row]:
    root = Path(os.path.expanduser(config.path or ""))
    if not os.path.exists(root):  # unlike pathlib's, it does not raise on names too long
        raise InputError(f"no such folder: `{root}`. Give --data a folder with one sub-folder a class.")
    if not root.is_dir():
        raise InputError(f"`{root}` is no folder. Give --data a folder with one sub-folder a class.")
    folders = sorted(entry for entry in _entries(root) if entry.is_dir())
    if not folders and any(_entries(root)):
        raise InputError(
            f"`{root}` holds files but no sub-folders. Put the pictures into one sub-folder a class."
        )
    for folder in folders:
        visible = sorted(file for file in _walk(folder) if not _is_hidden(file.relative_to(root)))
        if not visible:
            raise InputError(f"class folder `{folder}` is empty. Put pictures into it or remove it.")
        for file in visible:
            yield Row(os.path.realpath(root), str(file.relative_to(root)), folder.name)


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below `folder`, and every link to a folder, which the reader will then refuse aloud."""
    for where, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]
        yield from (Path(where, name) for name in files + links)


def _entries(root: Path) -> list[Path]:
    try:
        return [entry for entry in root.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise InputError(f"`{root}` cannot be read: {error.strerror}.") from error


def _is_hidden(path: Path) -> bool:
    """Hidden files (.DS_Store, .git, ...) are nobody's pictures."""
    return any(part.startswith(".") for part in path.parts)


def _solar_cells(_: DataConfig) -> Iterator[Row]:
    try:
        root = str(solar_cells.folder().resolve())
    except FileNotFoundError as error:
        raise InputError(str(error)) from error
    for path, label, cell_type in solar_cells.labels():
        yield Row(root, path, label, {"cell_type": cell_type})


def slice_names(rows: list[Row]) -> list[str]:
    """The names of all slice features of the data set, sorted.

    Raises:
        InputError: one of them is the name of a feature of ours.
    """
    names = sorted({name for row in rows for name in row.slices})
    for name in names:
        if name in RAW_FEATURES:
            raise InputError(f"slice `{name}` bears the name of a feature of Graft's own. Rename the column.")
    return names


_SOURCES = {"class_folders": _class_folders, "solar_cells": _solar_cells}
