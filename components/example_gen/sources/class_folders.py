"""One sub-folder a class, pictures inside, at any depth."""

import os
import sys
from collections.abc import Generator, Iterator

from components.example_gen import files
from components.example_gen.files import Place
from components.example_gen.rows import Row
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff")
FOLDER = "folder"
"""Column of pictures that lie deeper: the folders between the class and the file."""


def rows(config: DataConfig) -> Iterator[Row]:
    """Lists every file of every class.

    Raises:
        InputError: no folder, one without sub-folders, an empty class, or one that is a link out of the root.
    """
    root = config.path or ""
    check_folder(root)
    if not (yield from class_rows(root, root, "", None)) and files.entries(root):
        raise InputError(
            f"`{root}` holds files but no sub-folders. Put the pictures into one sub-folder a class."
        )


def check_folder(path: str) -> None:
    """Raises InputError if there is no folder."""
    if not files.exists(path):
        raise InputError(f"no such folder: `{path}`. Give --data a folder with one sub-folder a class.")
    if not files.is_folder(path):
        raise InputError(f"`{path}` is no folder. Give --data a folder with one sub-folder a class.")


def class_rows(
    root: str, parent: str, prefix: str, split: str | None, may_be_empty: bool = False
) -> Generator[Row, None, int]:
    """The rows of the class folders in `parent`.

    Args:
        root: the data root.
        parent: the folder that holds the class folders.
        prefix: of `parent` below the root; empty, or with a slash at its end.
        split: which all of them belong to, if the data says so.
        may_be_empty: whether a class folder may hold nothing.

    Returns:
        How many class folders there are.

    Raises:
        InputError: an empty class, pictures that lie beside the class folders, in no class, or a folder that
            is a link out of the root.
    """
    real = files.real(root)
    _refuse_link_out(real, parent)
    entries = files.entries(parent)
    labels = [name for name in entries if files.is_folder(os.path.join(parent, name))]
    if labels:
        _refuse_loose_pictures(parent, sorted(set(entries) - set(labels)))
    for label in labels:
        folder = os.path.join(parent, label)
        _refuse_link_out(real, folder)
        empty = True
        shared: dict[str, dict[str, str]] = {"": {}}
        for name in files.walk(folder):
            empty = False
            below, _, _ = name.rpartition("/")
            columns = shared.get(below)
            if columns is None:
                columns = shared[below] = {FOLDER: sys.intern(below)}
            path = f"{prefix}{label}/{name}"
            yield Row(Place(real, path), path, label, split, columns=columns)
        if empty and not may_be_empty:
            raise InputError(f"class folder `{folder}` is empty. Put pictures into it or remove it.")
    return len(labels)


def _refuse_link_out(root: str, folder: str) -> None:
    """Before it is walked: a link to `/` would be the whole machine."""
    if not files.is_inside(root, folder):
        raise InputError(
            f"`{folder}` leads out of the data folder, to `{files.real(folder)}`. Put the folder itself "
            "there, or remove the link."
        )


def _refuse_loose_pictures(folder: str, names: list[str]) -> None:
    loose = [name for name in names if name.lower().endswith(_PICTURES)]
    if loose:
        raise InputError(
            f"{len(loose)} picture(s) lie in `{folder}` beside the class folders, first: {loose[0]!r}. Move "
            "them into the folder of their class, or out of the data folder."
        )
