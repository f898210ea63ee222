"""A checkpoint's file is whole, or it is as if there was none: no damage makes a training fail."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.trainer.checkpoint import Arrays, read, write

NOISE = np.random.default_rng(3).normal(size=(4, 3)).astype(np.float32)


def _arrays() -> Arrays:
    return {"kernel": NOISE.copy(), "seed": np.array([1, 2], np.uint32), "counters": np.array([3, 0, 2])}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "folder" / "phase.npz", _arrays())
    return tmp_path / "folder" / "phase.npz"


def _equal(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_round_trip_leaves_one_file(path: Path) -> None:
    found = read(path, like=_arrays())
    assert found is not None
    assert _equal(found, _arrays())
    assert [file.name for file in path.parent.iterdir()] == ["phase.npz"]


def test_no_file_is_no_news(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read(tmp_path / "none.npz", like=_arrays()) is None
    assert not caplog.records


def test_names_do_not_collide(tmp_path: Path) -> None:
    for number in (1, 2):
        write(tmp_path / f"phase.{number}.npz", _arrays())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["phase.1.npz", "phase.2.npz"]


@pytest.mark.parametrize("length", [0, 4, 9])
def test_an_array_may_be_of_any_length(tmp_path: Path, length: int) -> None:
    path = tmp_path / "phase.npz"
    write(path, {**_arrays(), "kernel": np.ones((length, 3), np.float32)})
    found = read(path, like=_arrays(), of_any_length={"kernel"})
    assert found is not None
    assert found["kernel"].shape == (length, 3)


@pytest.mark.parametrize(
    "kernel", [np.ones((9, 2), np.float32), np.ones((9, 3)), np.ones(9, np.float32), np.float32(1)]
)
def test_but_of_no_other_shape_or_kind(tmp_path: Path, kernel: np.ndarray) -> None:
    path = tmp_path / "phase.npz"
    write(path, {**_arrays(), "kernel": kernel})
    assert read(path, like=_arrays(), of_any_length={"kernel"}) is None


def _cut(share: float) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return change


def _flip_a_bit(path: Path) -> None:
    content = path.read_bytes()
    assert NOISE.tobytes() in content
    path.write_bytes(content.replace(NOISE.tobytes(), (-NOISE).tobytes()))


def _other_file(path: Path) -> None:
    path.write_bytes(b"no checkpoint")


def _one_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("none")


def _with(**change: np.ndarray | None) -> Callable[[Path], None]:
    """Whole, but with other arrays; `None` leaves one out."""

    def rewrite(path: Path) -> None:
        changed = {**_arrays(), **change}
        write(path, {name: array for name, array in changed.items() if array is not None})

    return rewrite


UNUSABLE: dict[str, Callable[[Path], None]] = {
    "empty": _cut(0),
    "cut in the first name": _cut(0.01),
    "cut in the middle": _cut(0.5),
    "cut at the end": _cut(0.995),
    "flipped": _flip_a_bit,
    "other file": _other_file,
    "one array": _one_array,
    "folder": _folder,
    "dangling link": _dangling_link,
    "more rows": _with(kernel=np.zeros((5, 3), np.float32)),
    "broadcasts": _with(kernel=np.zeros((4, 1), np.float32)),
    "a number": _with(kernel=np.zeros((), np.float32)),
    "doubles": _with(kernel=NOISE.astype(np.float64)),
    "text": _with(kernel=np.array([["a"] * 3] * 4)),
    "one too few": _with(seed=None),
    "one too many": _with(bias=np.zeros(3, np.float32)),
    "older counters": _with(counters=np.array([3, 0])),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_file_is_ignored_aloud(path: Path, caplog: pytest.LogCaptureFixture, name: str) -> None:
    UNUSABLE[name](path)
    assert read(path, like=_arrays()) is None
    (record,) = caplog.records
    assert f"checkpoint {path} cannot be used and is ignored: " in record.getMessage()


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=4))
def test_damage_anywhere_is_ignored_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("damage") / "phase.npz"
    write(path, _arrays())
    content = bytearray(path.read_bytes())
    for place, change in changes:
        content[place % len(content)] ^= change
    path.write_bytes(bytes(content))
    found = read(path, like=_arrays())
    assert found is None or _equal(found, _arrays())


def test_kill_while_writing_leaves_the_one_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = path.read_bytes()

    def half(file: object, **arrays: np.ndarray) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", half)
        with pytest.raises(KeyboardInterrupt):
            write(path, _arrays())
    assert path.read_bytes() == whole
    write(path, {"kernel": NOISE})
    assert [file.name for file in path.parent.iterdir()] == ["phase.npz"]


def test_content_is_on_the_disk_before_it_bears_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[object] = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(descriptor: int) -> None:
        steps.append(os.fstat(descriptor).st_size)
        fsync(descriptor)

    def watched_replace(source: Path, target: Path) -> None:
        steps.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    path = tmp_path / "phase.npz"
    write(path, _arrays())
    assert steps == [path.stat().st_size, path]
