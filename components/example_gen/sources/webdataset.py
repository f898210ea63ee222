"""Tar shards in WebDataset form: members with the same name up to the first dot make one sample.

`000017.jpg` is its picture, `000017.cls` its label, `000017.json` more about it. The names are names
only: nothing is unpacked.

References:
    https://github.com/webdataset/webdataset, "The WebDataset Format"
"""

import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from components.example_gen import files
from components.example_gen.files import Place
from components.example_gen.rows import Row
from components.example_gen.sources import json_lines, shards
from components.example_gen.sources.columns import LABEL_NAMES, RowMaker, find_column
from components.example_gen.sources.shards import ShardKind
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

IMAGE_EXTENSIONS = ("jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff")
LABEL_FEATURES = ("cls", *LABEL_NAMES, "txt")
LONGEST_TEXT = 1 << 20
"""Bytes of a member that is read as text."""

_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd")
_MAGIC_OFFSET = 257


def begins_like_tar(content: bytes) -> bool:
    """Whether the first bytes of a file are those of a tar."""
    return content[_MAGIC_OFFSET : _MAGIC_OFFSET + 5] == b"ustar"


KIND = ShardKind(
    "tar shards", re.compile(r"\.(tar(\.(gz|bz2|xz|zst))?|tgz)$", re.IGNORECASE), begins_like_tar
)


@dataclass(slots=True)
class _Sample:
    """Offset and length of each member by its extension, and the name of the picture's."""

    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def rows(config: DataConfig) -> Iterator[Row]:
    """Lists every sample of every shard.

    Raises:
        InputError: no shard is there, one is compressed or damaged, or a sample lacks its picture or
            its label.
    """
    maker = RowMaker(config, LABEL_FEATURES, can_rename=False)
    for shard in shards.find(config.path or "", KIND):
        with files.open_binary(shard.path) as file:
            for key, sample in _samples(file, shard.path).items():
                where = f"`{shard.path}` sample `{key}`"
                image = _image(sample, config.columns.image, where)
                cells = _cells(file, sample, config, where)
                place = Place(shard.root, shard.file, *sample.parts[image])
                yield maker.make(place, f"{shard.file}/{sample.names[image]}", cells, where, shard.split)
    maker.finish(f"`{config.path}`")


def _samples(file: BinaryIO, path: str) -> dict[str, _Sample]:
    """The samples of one shard in their order. Of a big shard it holds names and numbers only."""
    start = file.read(tarfile.BLOCKSIZE)
    if start.startswith(_COMPRESSED) and not begins_like_tar(start):
        raise InputError(
            f"`{path}` is compressed, so that no picture can be read by itself. Unpack it to .tar."
        )
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    samples: dict[str, _Sample] = {}
    for member in _members(file, path):
        _take(member, samples, size, path)
    return samples


def _members(file: BinaryIO, path: str) -> Iterator[tarfile.TarInfo]:
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            while member := tar.next():
                tar.members = []  # type: ignore[attr-defined]  # it would keep them all
                yield member
            end = tar.offset
    except (tarfile.TarError, ValueError, OSError, EOFError) as error:
        raise InputError(f"`{path}` is no tar file, or damaged: {error}.") from None
    _check_end(file, end, path)


def _take(member: tarfile.TarInfo, samples: dict[str, _Sample], size: int, path: str) -> None:
    folder, slash, base = member.name.rpartition("/")
    stem, _, extension = base.partition(".")
    if not member.isreg() or not stem:  # folders, links, hidden files
        return
    if member.issparse() or member.offset_data + member.size > size:
        raise InputError(f"`{path}` is damaged: it ends within `{member.name}`. Write it anew.")
    sample = samples.setdefault(folder + slash + stem, _Sample())
    extension = extension.lower()
    if extension in sample.parts:
        raise InputError(f"`{path}` holds `{member.name}` twice. Write it anew.")
    sample.parts[extension] = (member.offset_data, member.size)
    sample.names[extension] = member.name


def _check_end(file: BinaryIO, position: int, path: str) -> None:
    """Python's tarfile takes a damaged header for the end, and so does it with a second tar behind the first.

    Raises:
        InputError: there is no end mark (zeros), or something behind it.
    """
    file.seek(position)
    content = file.read(tarfile.BLOCKSIZE)
    while content and not content.strip(b"\0"):
        content = file.read(tarfile.RECORDSIZE)
        if not content:
            return
    where = f"at byte {position} stands neither a member nor the end mark"
    raise InputError(f"`{path}` is damaged or cut off: {where}. Write it anew.")


def _image(sample: _Sample, wanted: str | None, where: str) -> str:
    """The extension of the picture."""
    found = [name for name in sample.parts if (name == wanted if wanted else name in IMAGE_EXTENSIONS)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"`{name}`" for name in sample.parts)
    count = "several pictures" if found else "no picture"
    raise InputError(
        f"{where}: {count}. It has: {there}. Set data.columns.image to the extension of the picture."
    )


def _cells(file: BinaryIO, sample: _Sample, config: DataConfig, where: str) -> dict[str, str]:
    """The texts of a sample: the keys of its JSON, its class, and its text if nothing else is its label."""
    cells: dict[str, str] = {}
    if "json" in sample.parts:
        cells = json_lines.texts(json_lines.parse(_text(file, sample, "json", where), f"{where} .json"))
    for name in {"cls", config.columns.label or "cls"}.intersection(sample.parts):
        cells[name] = _text(file, sample, name, where)
    if "txt" in sample.parts and find_column(cells, config.columns.label, LABEL_FEATURES) is None:
        cells["txt"] = _text(file, sample, "txt", where)
    return cells


def _text(file: BinaryIO, sample: _Sample, name: str, where: str) -> str:
    offset, length = sample.parts[name]
    if length > LONGEST_TEXT:
        raise InputError(f"{where}: `.{name}` is {length:,} bytes long, too much for a text.")
    file.seek(offset)
    try:
        return file.read(length).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{where}: `.{name}` is no UTF-8 text.") from None
