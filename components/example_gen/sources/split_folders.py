"""Folders that are split already: train, val, test in their usual spellings, class folders inside each."""

import os
from collections.abc import Iterator

from components.example_gen import files
from components.example_gen.rows import Row
from components.example_gen.sources.class_folders import check_folder, class_rows
from components.example_gen.sources.columns import is_split_name, split_name
from components.features import SPLITS, TRAIN
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig


def rows(config: DataConfig) -> Iterator[Row]:
    """Lists every file of every class of every split.

    Raises:
        InputError: no folder, one without a train folder, a sub-folder that is no split, two folders of one
            split, a split without class folders, an empty class in train, or a folder that is a link out.
    """
    root = config.path or ""
    check_folder(root)
    for name, split in _splits(root).items():
        parent = os.path.join(root, name)
        given = split if config.split.given == "respect" else None
        if not (yield from class_rows(root, parent, f"{name}/", given, may_be_empty=split != TRAIN)):
            raise InputError(f"`{parent}` holds no class folders. Put one sub-folder a class into it.")


def is_split(root: str) -> bool:
    """Whether a folder looks split: there are train, with folders inside, and another split."""
    splits = {name: split_name(name) for name in _folders(root) if is_split_name(name)}
    train = [name for name, split in splits.items() if split == TRAIN]
    return len(set(splits.values())) > 1 and any(_folders(os.path.join(root, name)) for name in train)


def _splits(root: str) -> dict[str, str]:
    """The split of each sub-folder, by the folder's name, in the order of the flow."""
    found: dict[str, str] = {}
    for name in _folders(root):
        if not is_split_name(name):
            raise InputError(
                f"`{os.path.join(root, name)}` is no split (train, val, test). Move it out of `{root}`, or "
                "set data.source=class_folders if these are classes."
            )
        split = split_name(name)
        if split in found.values():
            twin = next(other for other in found if found[other] == split)
            raise InputError(f"`{root}` holds `{twin}` and `{name}`, both of them {split}. Leave one.")
        found[name] = split
    if TRAIN not in found.values():
        raise InputError(f"`{root}` holds no folder `train`. Put one sub-folder a split into it.")
    return dict(sorted(found.items(), key=lambda item: SPLITS.index(item[1])))


def _folders(root: str) -> list[str]:
    if not files.is_folder(root):
        return []
    return [name for name in files.entries(root) if files.is_folder(os.path.join(root, name))]
