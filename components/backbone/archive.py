"""A `.keras` file as an archive, read without Keras and without trust.

Such a file may come from anywhere. It must hold what Keras writes for a picture model and nothing
else, so that no name in it leads out of a folder; uncompressed, as Keras writes it, so that a small file
cannot become a big one; and only layers of Keras' own: others, and Lambda, run code of their author.
"""

import contextlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import InputError

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_MEMBERS = {_CONFIG, "metadata.json", _WEIGHTS}
_LOCAL_HEADER = 30
"""Bytes before a member's name; the lengths of name and extra field are in its last four."""
_NO_ARCHIVE = (zipfile.BadZipFile, RuntimeError, EOFError, KeyError, TypeError, ValueError)
"""RuntimeError: a member is encrypted, or too deeply nested."""


@contextlib.contextmanager
def opened_weights(path: Path) -> Iterator[BinaryIO]:
    """The HDF5 file inside, to read at any place.

    Raises:
        InputError: the file is missing, not whole, or holds something else.
    """
    with _opened(path) as archive, path.open("rb") as file:
        info = archive.getinfo(_WEIGHTS)
        file.seek(info.header_offset)
        header = file.read(_LOCAL_HEADER)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        yield _Part(file, info.header_offset + _LOCAL_HEADER + lengths, info.file_size)  # type: ignore[misc]


def read_config(path: Path) -> dict[str, Any]:
    """The config of the model in a `.keras` file.

    Raises:
        InputError: the file is missing, not whole, holds more than a model, or a layer that Keras does
            not have.
    """
    with _opened(path) as archive:
        config = json.loads(archive.read(_CONFIG))
        model = {key: config[key] for key in ("class_name", "config")}
        strangers = list(dict.fromkeys(_strangers({**model, "module": config.get("module")})))
    if strangers:
        raise InputError(
            f"model `{path}` has layers that are not Keras' own: {', '.join(strangers[:5])}. Only Keras' own "
            "are loaded; others, and Lambda, would run code. Build the trunk without them and save it again."
        )
    return model


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if {info.filename for info in members} != _MEMBERS or len(members) != len(_MEMBERS):
                found = ", ".join(sorted(info.filename for info in members)[:5])
                raise InputError(
                    f"model `{path}` is none of pictures that Keras 3 saved: it must hold "
                    f"{', '.join(sorted(_MEMBERS))} and nothing else. Received: {found}"
                )
            if any(info.compress_type != zipfile.ZIP_STORED for info in members):
                raise InputError(
                    f"model `{path}` is compressed, and Keras saves it uncompressed. Save it again."
                )
            yield archive
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"model `{path}` cannot be read: {error.strerror or error}.") from error
    except _NO_ARCHIVE as error:
        raise InputError(
            f"model `{path}` is no whole .keras file: {type(error).__name__}, {error}."
        ) from error


class _Part(io.RawIOBase):
    """A part of a file, as a file; zipfile's own reads on from the start whenever it is to go back."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._position = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._position = (
            offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        )
        return self._position

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._position)
        wanted = max(0, min(len(buffer), self._size - self._position))
        content = self._file.read(wanted)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)


def _strangers(value: Any) -> Iterator[str]:
    """Names of whatever in a config is not Keras' own, or is a Lambda."""
    if isinstance(value, dict):
        kind, module = value.get("class_name"), value.get("module", "keras")
        is_own = isinstance(module, str) and f"{module}.".startswith("keras.")
        if isinstance(kind, str) and (kind in ("Lambda", "TFSMLayer") or not is_own):
            settings = value.get("config")
            name = settings.get("name", "") if isinstance(settings, dict) else settings
            yield f"{kind} `{name}`"
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _strangers(inner)
