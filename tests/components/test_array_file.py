"""Files of arrays: what was appended is read, and a file that is not whole is not opened."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from components.array_file import ArrayFile, ArrayWriter, OpenFiles, opened


def _write(path: Path, arrays: np.ndarray, batch: int = 3) -> str:
    writer = ArrayWriter(str(path), arrays.dtype.name, arrays.shape[1:])
    for start in range(0, len(arrays), batch):
        part = arrays[start : start + batch]
        writer.append([b"id %d" % number for number in range(start, start + len(part))], part)
    assert writer.count == len(arrays)
    return writer.close()


@pytest.mark.parametrize("dtype", [np.float16, np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_round_trip(tmp_path: Path, dtype: type, shape: tuple[int, ...], count: int) -> None:
    arrays = np.random.default_rng(3).uniform(0, 255, (count, *shape)).astype(dtype)
    digest = _write(tmp_path / "file", arrays)
    file = ArrayFile.open(str(tmp_path / "file"))
    assert (file.dtype, file.shape) == (np.dtype(dtype), shape)
    assert file.ids.tolist() == [b"id %d" % number for number in range(count)]
    with opened(file.path) as content:
        for row in reversed(range(count)):
            np.testing.assert_array_equal(file.read(content, row), arrays[row])
    assert digest == hashlib.sha256((tmp_path / "file").read_bytes()).hexdigest()


def test_arrays_that_are_not_contiguous(tmp_path: Path) -> None:
    arrays = np.arange(24, dtype=np.uint8).reshape(2, 3, 4).transpose(0, 2, 1)
    _write(tmp_path / "file", arrays)
    file = ArrayFile.open(str(tmp_path / "file"))
    with opened(file.path) as content:
        np.testing.assert_array_equal(file.read(content, 1), arrays[1])


@pytest.mark.parametrize(
    "arrays", [np.zeros((2, 3), np.float32), np.zeros((2, 4), np.float16), np.zeros((1, 3), np.float16)]
)
def test_append_of_other_arrays(tmp_path: Path, arrays: np.ndarray) -> None:
    writer = ArrayWriter(str(tmp_path / "file"), "float16", [3])
    with pytest.raises(ValueError, match=r"must be .*float16.*\(2, 3\).* Received"):
        writer.append([b"a", b"b"], arrays)


@pytest.mark.parametrize("content", [b"", b"\x12" * 300, b"[]".ljust(256), b'{"dtype": "odd"}'.ljust(256)])
def test_open_of_something_else(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match="is no file of arrays"):
        ArrayFile.open(str(tmp_path / "file"))


@pytest.mark.parametrize("lost", [1, 64, 70])
def test_open_of_a_file_that_was_cut(tmp_path: Path, lost: int) -> None:
    _write(tmp_path / "file", np.zeros((4, 3), np.float16))
    whole = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(whole[:-lost])
    if lost == 70:  # exactly one record less: only its digest tells
        assert len(ArrayFile.open(str(tmp_path / "file")).ids) == 3
    else:
        with pytest.raises(ValueError, match="is not whole"):
            ArrayFile.open(str(tmp_path / "file"))


def test_long_ids_are_kept_whole(tmp_path: Path) -> None:
    ids = [hashlib.sha256(b"%d" % number).hexdigest().encode() for number in range(3)]
    writer = ArrayWriter(str(tmp_path / "file"), "uint8", [1])
    writer.append(ids, np.zeros((3, 1), np.uint8))
    writer.close()
    assert ArrayFile.open(str(tmp_path / "file")).ids.tolist() == ids


def test_files_stay_open_but_never_too_many(tmp_path: Path) -> None:
    arrays = np.random.default_rng(4).normal(size=(3, 2, 5))
    paths = [str(tmp_path / f"{number}") for number in range(3)]
    for path, array in zip(paths, arrays, strict=True):
        _write(Path(path), array)
    contents = OpenFiles(most=2)
    handles = []
    for number in (0, 1, 0, 2, 1, 0):
        file, content = ArrayFile.open(paths[number]), contents[paths[number]]
        handles.append(content)
        for row in (1, 0):
            np.testing.assert_array_equal(file.read(content, row), arrays[number, row])
        assert len(contents) <= 2
    assert handles[0] is handles[2]
    assert [handle.closed for handle in handles] == [True, True, True, True, False, False]
    contents.close()
    assert (len(contents), handles[-1].closed) == (0, True)
    np.testing.assert_array_equal(file.read(contents[paths[0]], 1), arrays[0, 1])
    contents.close()
