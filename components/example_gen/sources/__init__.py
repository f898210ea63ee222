"""Where labelled pictures come from. A source lists rows; it opens no picture.

A further kind of source is one more file with a function from `DataConfig` to rows, one more line in
`_SOURCES`, and one more name in `DataConfig.source`.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from components.example_gen import files
from components.example_gen.rows import Row
from components.example_gen.sources import (
    class_folders,
    manifest,
    path_columns,
    solar_cells,
    spans,
    split_folders,
    tfds,
    tfrecord,
    webdataset,
)
from components.example_gen.sources.recognise import recognise
from components.features import RAW_FEATURES, SPLITS, TRAIN
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

_SOURCES: dict[str, Callable[[DataConfig], Iterable[Row]]] = {
    "class_folders": class_folders.rows,
    "split_folders": split_folders.rows,
    "manifest": manifest.rows,
    "tfrecord": tfrecord.rows,
    "webdataset": webdataset.rows,
    "tfds": tfds.rows,
    "solar_cells": solar_cells.rows,
}
_QUESTIONS_AT_ONCE = 16


def list_rows(config: DataConfig) -> list[Row]:
    """Lists the data set, and refuses one that nothing can be learnt from.

    Returns:
        Rows in a stable order, all with the same columns.

    Raises:
        InputError: there is no data set; nothing is there, or what is there is broken; fewer than two
            classes; given splits without train; without given splits, a class with fewer files than there
            are splits; a class name that a list of names cannot hold; a group column that the data does not
            have.
    """
    path = files.normalise(config.path) if config.path else None
    located = config.model_copy(update={"path": path})
    found = spans.rows(located, _read) if spans.MARK in (path or "") else _read(located)
    rows = [row for row in found if config.share == 1 or _position(row) < config.share]
    _check(rows, located)
    return path_columns.completed(rows, config)


def _read(config: DataConfig) -> Iterable[Row]:
    if config.source == "none":
        raise InputError(
            "the environment brings its own pictures (data.source is none): there is no data set to judge."
        )
    source = recognise(config.path or "") if config.source == "auto" else config.source
    return _SOURCES[source](config)


def _position(row: Row) -> float:
    """A stable place in [0, 1) for each path."""
    return int.from_bytes(hashlib.sha256(os.fsencode(row.path)).digest()[:8], "big") / 2**64


def _check(rows: list[Row], config: DataConfig) -> None:
    place = config.path or config.source
    if not rows and config.share < 1:
        raise InputError(f"data.share ({config.share:g}) of `{place}` is not one picture. Raise it.")
    if not rows:
        raise InputError(f"`{place}` holds no pictures. Put one sub-folder a class into it, pictures inside.")
    counts = Counter(row.label for row in rows)
    if len(counts) < 2:
        raise InputError(
            f"`{place}` holds one class only (`{next(iter(counts))}`). A classifier needs two or more: "
            "one sub-folder for each."
        )
    splits = {row.split for row in rows}
    if None not in splits and TRAIN not in splits:
        raise InputError(
            f"`{place}` has no pictures for training, only {', '.join(sorted(map(str, splits)))}."
        )
    for label, count in sorted(counts.items()):
        if label.splitlines() != [label]:
            raise InputError(f"class name {label!r} holds a line break. Rename its folder in `{place}`.")
        if splits == {None} and count < len(SPLITS):
            raise InputError(
                f"class `{label}` in `{place}` has {count} file(s), fewer than the {len(SPLITS)} splits "
                f"({', '.join(SPLITS)}). Add pictures or remove the class."
            )


def fingerprint(rows: list[Row]) -> str:
    """A digest of all that is known of the rows, and of their files' sizes and times of change.

    Equal as long as nothing changed, wherever the data lies.
    """
    places = list({(row.place.root, row.place.file): row.place for row in rows}.values())
    with ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:  # on a remote file system each is a round trip
        asked = pool.map(files.stamp, places) if any(map(_is_far, places)) else map(files.stamp, places)
        stamps = {(place.root, place.file): stamp for place, stamp in zip(places, asked, strict=True)}
    digest = hashlib.sha256()
    for row in rows:
        place = (row.place.offset, row.place.length, stamps[row.place.root, row.place.file])
        known = (row.path, row.label, row.split, row.group, row.weight, row.span, sorted(row.columns.items()))
        digest.update(f"{known!r}{place!r}\n".encode())
    return digest.hexdigest()


def _is_far(place: files.Place) -> bool:
    return files.is_remote(place.root)


def column_names(rows: Iterable[Row]) -> list[str]:
    """The names of all columns of the data set, sorted.

    Raises:
        InputError: one of them is the name of a feature of ours.
    """
    names = sorted({name for row in rows for name in row.columns})
    for name in names:
        if name in RAW_FEATURES:
            raise InputError(
                f"column `{name}` bears the name of a feature of Graft's own. Rename the column."
            )
    return names
