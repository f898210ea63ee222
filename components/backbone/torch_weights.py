"""Reads a PyTorch weight file without PyTorch, and without trusting it.

A `.pth` file of the legacy format (PyTorch < 1.6) is a sequence of pickles followed by raw
little-endian storages. A pickle can run any code, so the unpickler here knows exactly the three
kinds of names a state dict needs and refuses every other one. The file's sha256 is compared before a
single byte of it is interpreted.

Synopsis:
    tensors = read_state_dict(path, sha256="5793...")
    tensors["stem.0.weight"].shape      # (32, 3, 3, 3)
"""

import hashlib
import io
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES: dict[str, np.dtype] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class WeightsError(ValueError):
    """The weight file is not what it should be: missing, altered, or of another format."""


def read_state_dict(path: Path, sha256: str) -> dict[str, np.ndarray]:
    """Reads every tensor of a legacy PyTorch state dict.

    Args:
        path: the `.pth` file.
        sha256: the hex digest that the file must have.

    Returns:
        Tensors by their PyTorch names, float32 or int64, in PyTorch's axis order.

    Raises:
        WeightsError: the file cannot be read, its digest differs, or its pickle asks for a name
            that a plain state dict does not need.
    """
    return _parse(io.BytesIO(read_verified(path, sha256)), path)


def read_verified(path: Path, sha256: str) -> bytes:
    """The bytes of `path`, if their digest is `sha256`.

    Raises:
        WeightsError: the file cannot be read, or its digest differs.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"weights `{path}` cannot be read: {error.strerror}.") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise WeightsError(
            f"weights `{path}` fail their integrity check: sha256 must be {sha256}. "
            f"Received: {digest}. Reinstall the package that brought them."
        )
    return content


@dataclass(frozen=True)
class _Tensor:
    """A view into a storage: where it starts and how it is laid out, in elements."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _StorageType:
    dtype: np.dtype


class _StateDictUnpickler(pickle.Unpickler):
    """An unpickler that can make ordered dicts and tensor views, and nothing else."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.dtypes: dict[str, np.dtype] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, shape, strides)
        if module == "torch" and name in _DTYPES:
            return _StorageType(_DTYPES[name])
        raise WeightsError(f"weight files may not name `{module}.{name}`: it is not part of a state dict.")

    def persistent_load(self, pid: Any) -> str:
        """Notes the storage's dtype; its numbers follow after the pickles."""
        _, storage_type, key, *_ = pid
        self.dtypes[key] = storage_type.dtype
        return str(key)


def _parse(file: BinaryIO, path: Path) -> dict[str, np.ndarray]:
    try:
        if _StateDictUnpickler(file).load() != _LEGACY_MAGIC:
            raise WeightsError(f"weights `{path}` are not in PyTorch's legacy format.")
        _StateDictUnpickler(file).load()  # protocol version
        _StateDictUnpickler(file).load()  # sizes of C types on the writer's machine
        body = _StateDictUnpickler(file)
        views: dict[str, _Tensor] = body.load()
        storages = {}
        for key in _StateDictUnpickler(file).load():
            (count,) = np.frombuffer(file.read(8), "<i8")
            dtype = body.dtypes[key]
            storages[key] = np.frombuffer(file.read(int(count) * dtype.itemsize), dtype, count=int(count))
        return {name: _materialise(view, storages[view.storage]) for name, view in views.items()}
    except WeightsError:
        raise
    except (pickle.UnpicklingError, EOFError, KeyError, ValueError) as error:
        raise WeightsError(f"weights `{path}` are not a legacy PyTorch state dict: {error}.") from error


def _materialise(view: _Tensor, storage: np.ndarray) -> np.ndarray:
    last = view.offset + sum(
        (size - 1) * stride for size, stride in zip(view.shape, view.strides, strict=True)
    )
    is_inside = view.offset >= 0 and last < len(storage) and min(view.strides, default=0) >= 0
    if 0 not in view.shape and not is_inside:
        raise WeightsError("a tensor reaches beyond its storage.")
    byte_strides = tuple(stride * storage.itemsize for stride in view.strides)
    return np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, byte_strides).copy()
