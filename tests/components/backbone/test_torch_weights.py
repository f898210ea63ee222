"""Reading PyTorch weight files: a round trip, and everything that must be refused."""

import hashlib
import io
import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from components.backbone import torch_weights
from components.backbone.torch_weights import WeightsError, read_state_dict

MAGIC = 0x1950A86A20F9469CFC6C
SYS_INFO = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def _rebuild_tensor_v2(*_: Any) -> None:
    """Stands for PyTorch's; only its name goes into a file."""


class FloatStorage:
    pass


class LongStorage:
    pass


for _kind in (FloatStorage, LongStorage):
    _kind.__module__ = "torch"
_rebuild_tensor_v2.__module__ = "torch._utils"


class _Storage:
    def __init__(self, key: str, values: np.ndarray) -> None:
        self.key = key
        self.values = values
        self.kind = FloatStorage if values.dtype == np.float32 else LongStorage


class _Tensor:
    def __init__(self, storage: _Storage, offset: int, shape: tuple, strides: tuple) -> None:
        self.parts = storage, offset, shape, strides, False, OrderedDict()

    def __reduce__(self) -> tuple:
        return _rebuild_tensor_v2, self.parts


class _Pickler(pickle.Pickler):
    def persistent_id(self, item: Any) -> Any:
        if isinstance(item, _Storage):
            return "storage", item.kind, item.key, "cpu", len(item.values), None
        return None


@pytest.fixture(autouse=True)
def fake_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    torch.FloatStorage, torch.LongStorage = FloatStorage, LongStorage  # type: ignore[attr-defined]
    torch._utils = utils  # type: ignore[attr-defined]
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def legacy_file(tensors: dict[str, Any], storages: list[_Storage], magic: int = MAGIC) -> bytes:
    file = io.BytesIO()
    for part in (magic, 1001, SYS_INFO, OrderedDict(tensors), [storage.key for storage in storages]):
        _Pickler(file, protocol=2).dump(part)
    for storage in storages:
        file.write(struct.pack("<q", len(storage.values)) + storage.values.tobytes())
    return file.getvalue()


def read(folder: Path, content: bytes) -> dict[str, np.ndarray]:
    path = folder / "weights.pth"
    path.write_bytes(content)
    return read_state_dict(path, hashlib.sha256(content).hexdigest())


def two_tensors() -> bytes:
    kernel = _Storage("94", np.arange(12, dtype=np.float32))
    count = _Storage("95", np.array([7], dtype=np.int64))
    tensors = {"conv.weight": _Tensor(kernel, 0, (3, 4), (4, 1)), "bn.count": _Tensor(count, 0, (), ())}
    return legacy_file(tensors, [kernel, count])


def test_read_state_dict_round_trip(tmp_path: Path) -> None:
    tensors = read(tmp_path, two_tensors())
    assert list(tensors) == ["conv.weight", "bn.count"]
    np.testing.assert_array_equal(tensors["conv.weight"], np.arange(12, dtype=np.float32).reshape(3, 4))
    assert tensors["conv.weight"].dtype == np.float32
    assert tensors["bn.count"].shape == () and tensors["bn.count"] == 7
    assert tensors["bn.count"].dtype == np.int64


@pytest.mark.parametrize(
    ("offset", "shape", "strides", "expected"),
    [
        (0, (3, 2), (2, 1), [[0, 1], [2, 3], [4, 5]]),
        (0, (2, 3), (1, 2), [[0, 2, 4], [1, 3, 5]]),
        (2, (2, 2), (2, 1), [[2, 3], [4, 5]]),
        (1, (3,), (2,), [1, 3, 5]),
        (5, (1,), (1,), [5]),
    ],
)
def test_read_state_dict_strided_views(
    tmp_path: Path, offset: int, shape: tuple, strides: tuple, expected: list
) -> None:
    storage = _Storage("0", np.arange(6, dtype=np.float32))
    tensors = read(tmp_path, legacy_file({"view": _Tensor(storage, offset, shape, strides)}, [storage]))
    np.testing.assert_array_equal(tensors["view"], np.array(expected, np.float32))


def test_read_state_dict_shared_storage_gives_separate_arrays(tmp_path: Path) -> None:
    storage = _Storage("0", np.zeros(4, dtype=np.float32))
    both = {name: _Tensor(storage, 0, (4,), (1,)) for name in ("one", "other")}
    tensors = read(tmp_path, legacy_file(both, [storage]))
    tensors["one"][:] = 1
    assert not tensors["other"].any()


def test_read_state_dict_wrong_digest_is_refused_before_parsing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[Any] = []
    monkeypatch.setattr(torch_weights, "_parse", lambda *arguments: parsed.append(arguments))
    path = tmp_path / "weights.pth"
    path.write_bytes(two_tensors())
    with pytest.raises(WeightsError, match="integrity check: sha256 must be 0000"):
        read_state_dict(path, "0" * 64)
    assert not parsed


def test_read_state_dict_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nowhere\.pth"):
        read_state_dict(tmp_path / "nowhere.pth", "0" * 64)


def _call(module: str, name: str, argument: str) -> bytes:
    """A pickle, protocol 0, that calls `module.name(argument)`."""
    return f"c{module}\n{name}\n(S{argument!r}\ntR.".encode()


@pytest.mark.parametrize(
    ("module", "name", "argument"),
    [
        ("os", "system", "touch {mark}"),
        ("posix", "system", "touch {mark}"),
        ("builtins", "eval", "open('{mark}', 'w')"),
        ("__builtin__", "eval", "open('{mark}', 'w')"),
        ("torch", "load", "{mark}"),
        ("torch", "FloatStorage.__init__", "{mark}"),
        ("torch._utils", "_rebuild_tensor", "{mark}"),
        ("collections", "namedtuple", "{mark}"),
    ],
)
@pytest.mark.parametrize("part", range(5))
def test_read_state_dict_foreign_name_is_refused_unexecuted(
    tmp_path: Path, module: str, name: str, argument: str, part: int
) -> None:
    mark = tmp_path / "executed"
    storage = _Storage("0", np.zeros(1, dtype=np.float32))
    tensors = OrderedDict(one=_Tensor(storage, 0, (1,), (1,)))
    file = io.BytesIO()
    for index, harmless in enumerate((MAGIC, 1001, SYS_INFO, tensors, ["0"])):
        if index == part:
            file.write(_call(module, name, argument.format(mark=mark)))
        else:
            _Pickler(file, protocol=2).dump(harmless)
    with pytest.raises(WeightsError, match="may not name") as refusal:
        read(tmp_path, file.getvalue())
    assert f"`{module}.{name}`" in str(refusal.value)
    assert not mark.exists()


def test_read_state_dict_truncated_anywhere(tmp_path: Path) -> None:
    content = two_tensors()
    accepted = []
    for end in range(len(content)):
        try:
            read(tmp_path, content[:end])
        except WeightsError:
            continue
        except Exception as error:  # what a caller would not expect
            accepted.append((end, repr(error)))
        else:
            accepted.append((end, "no error"))
    assert not accepted, f"of {len(content)} bytes: {accepted[:3]} ... {accepted[-3:]}"


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(0, (7,), (1,)), (4, (3,), (1,)), (0, (2, 2), (6, 1)), (-1, (2,), (1,)), (3, (2,), (-4,))],
)
def test_read_state_dict_view_beyond_its_storage(
    tmp_path: Path, offset: int, shape: tuple, strides: tuple
) -> None:
    storage = _Storage("0", np.arange(6, dtype=np.float32))
    content = legacy_file({"view": _Tensor(storage, offset, shape, strides)}, [storage])
    with pytest.raises(WeightsError):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 a zip of newer PyTorch", pickle.dumps(1), pickle.dumps(MAGIC)]
)
def test_read_state_dict_other_format(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(WeightsError):
        read(tmp_path, content)
