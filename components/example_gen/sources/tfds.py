"""A data set that TensorFlow Datasets has prepared on this machine. Nothing is ever downloaded."""

import importlib.util
import os
import re
from collections.abc import Iterator
from typing import Any

from components.example_gen import files
from components.example_gen.rows import Row
from components.example_gen.sources import tfrecord
from components.example_gen.sources.columns import split_name
from components.example_gen.sources.shards import Shard
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

PREFIX = "tfds:"
INFO_FILE = "dataset_info.json"
"""Marks the folder of a prepared data set."""

_VERSION = re.compile(r"\d+\.\d+\.\d+")


def rows(config: DataConfig) -> Iterator[Row]:
    """Lists every record of every split.

    `data.path` is `tfds:NAME`, `tfds:NAME/CONFIG:VERSION` or the folder of a prepared data set;
    `data.root` the folder that data sets are prepared in.

    Raises:
        InputError: tensorflow-datasets is not installed, the data set is not prepared, is no labelled
            pictures, or is not in TFRecords.
    """
    if importlib.util.find_spec("tensorflow_datasets") is None:
        raise InputError(
            f"`{config.path}` needs TensorFlow Datasets, which is not installed. "
            "Install it: pip install tensorflow-datasets"
        )
    folder = _folder(config)
    import tensorflow_datasets as tfds  # takes seconds, and is not there for everybody

    try:
        builder = tfds.builder_from_directory(folder)
    except Exception as error:  # whatever that package and the JSON reader below it raise
        raise InputError(f"`{folder}` is no prepared data set, or damaged: {error}.") from None
    if builder.info.file_format != tfds.core.FileFormat.TFRECORD:
        raise InputError(
            f"`{folder}` is prepared as {builder.info.file_format.value}. "
            "Prepare it with file_format='tfrecord'."
        )
    image, label, names = _features(builder.info.features, folder, config)
    columns = config.columns.model_copy(update={"image": image, "label": label})
    named = config.model_copy(update={"columns": columns, "class_names": config.class_names or names})
    yield from tfrecord.shard_rows(list(_shards(builder.info.splits, folder, config)), named)


def _folder(config: DataConfig) -> str:
    """Where the data set lies; the newest version, if none is named."""
    path = (config.path or "").removeprefix(PREFIX)
    if files.exists(os.path.join(path, INFO_FILE)):
        return files.real(path)
    name, _, version = path.partition(":")
    parent = os.environ.get("TFDS_DATA_DIR", os.path.join("~", "tensorflow_datasets"))
    parent = files.normalise(config.root or parent)
    folder = os.path.join(parent, name)
    found = [
        entry
        for entry in (files.entries(folder) if files.is_folder(folder) else [])
        if _VERSION.fullmatch(entry) and files.exists(os.path.join(folder, entry, INFO_FILE))
    ]
    if version:
        found = [entry for entry in found if entry == version]
    if not found or ".." in name.split("/"):
        raise InputError(
            f"data set `{path}` is not prepared in `{parent}`, and Graft downloads nothing. Prepare it: "
            f"tfds build {name} --data_dir={parent}, or set data.root to where it is."
        )
    newest = max(found, key=lambda entry: tuple(int(part) for part in entry.split(".")))
    return files.real(os.path.join(folder, newest))


def _features(features: Any, folder: str, config: DataConfig) -> tuple[str, str, tuple[str, ...]]:
    """The names of the picture's and of the label's feature, and the names of the labels."""
    import tensorflow_datasets as tfds

    def only(wanted: str | None, kind: type, what: str) -> str:
        found = [
            name for name in features if (name == wanted if wanted else isinstance(features[name], kind))
        ]
        if len(found) != 1:
            there = ", ".join(f"`{name}`" for name in sorted(features))
            raise InputError(f"`{folder}`: no one feature is the {what}. It has: {there}. Set data.columns.")
        return found[0]

    image = only(config.columns.image, tfds.features.Image, "picture")
    label = only(config.columns.label, tfds.features.ClassLabel, "label")
    return image, label, tuple(getattr(features[label], "names", ()))


def _shards(splits: Any, folder: str, config: DataConfig) -> Iterator[Shard]:
    for name, split in splits.items():
        given = split_name(name) if config.split.given == "respect" else None
        for path in split.filepaths:
            yield Shard(folder, os.path.relpath(os.fspath(path), folder), given)
