"""What lies at a path: which source reads it, if the config leaves it to us."""

import os

from components.example_gen import files
from components.example_gen.sources import (
    formats,
    manifest,
    shards,
    split_folders,
    tfds,
    tfrecord,
    webdataset,
)
from pipeline.errors import InputError


def recognise(path: str) -> str:
    """The name of the source, as in `data.source`.

    In this order: `tfds:NAME`; a folder of class folders per split; one of a prepared TensorFlow data
    set, of tar shards or of TFRecords; one with a single manifest and fewer than two sub-folders; any
    other folder holds class folders. A file is told by its extension, or else by its first bytes; a
    pattern by the first file that matches.

    Raises:
        InputError: nothing is there, or a file that is none of these.
    """
    if path.startswith(tfds.PREFIX):
        return "tfds"
    if shards.is_pattern(path):
        found = shards.matches(path)
        if not found:
            raise InputError(
                f"no file matches `{path}`. Give --data a folder, a file, or a pattern of files."
            )
        return _file(found[0])
    if files.exists(path) and not files.is_folder(path):
        return _file(path)
    # What is not there is refused by this source, with advice.
    return _folder(path) if files.exists(path) else "class_folders"


def _folder(path: str) -> str:
    names = files.entries(path)
    folders = [name for name in names if files.is_folder(os.path.join(path, name))]
    if split_folders.is_split(path):
        return "split_folders"
    if tfds.INFO_FILE in names:
        return "tfds"
    if not folders:
        for source, kind in (("webdataset", webdataset.KIND), ("tfrecord", tfrecord.KIND)):
            if any(kind.by_name.search(name) for name in names):
                return source
    if len(folders) < 2 and len(manifest.manifests_in(path)) == 1:
        return "manifest"
    return "class_folders"


def _file(path: str) -> str:
    name = os.path.basename(path)
    start = shards.head(path)
    if formats.has_known_extension(name):
        return "manifest"
    for source, kind in (("webdataset", webdataset.KIND), ("tfrecord", tfrecord.KIND)):
        if kind.by_name.search(name) or kind.by_head(start):
            return source
    if formats.looks_like_manifest(start):
        return "manifest"
    raise InputError(
        f"`{path}` is no folder, and no manifest (CSV, TSV, JSON Lines, Parquet), TFRecords or tar shard. "
        "Give --data a folder with one sub-folder a class."
    )
