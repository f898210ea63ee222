"""Kept views: files named by their content, whole or not there, on any file system."""

import logging
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.augment import cache
from components.augment.cache import CachedView, ViewWriter, link

FORMATS = {"features": ("float16", [2]), "activations": ("uint8", [2, 2])}


def _arrays(ids: list[bytes]) -> dict[str, np.ndarray]:
    values = np.array([int(name) for name in ids])
    return {
        "features": np.repeat(values[:, None], 2, axis=1).astype(np.float16),
        "activations": np.broadcast_to(values[:, None, None], (len(ids), 2, 2)).astype(np.uint8),
    }


def _add(root: str, *ids: bytes, digest: str = "0f") -> CachedView:
    view = CachedView(f"{root}/cache", digest)
    writer = ViewWriter(view, FORMATS, f"{root}/scratch")
    for image_id in ids:
        writer.append([image_id], _arrays([image_id]))
    writer.close()
    return view


@pytest.fixture(params=["local", "ram"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path) if request.param == "local" else f"ram://{tmp_path.name}"


def test_what_was_written_is_known(root: str) -> None:
    view = _add(root, b"1", b"2")
    _add(root, b"7")
    assert view.ids() == {b"1", b"2", b"7"}
    assert CachedView(f"{root}/cache", "0e").ids() == set()
    assert sorted(name for file in view.files("features") for name in file.ids.tolist()) == [b"1", b"2", b"7"]


def test_same_pictures_are_one_file(root: str) -> None:
    _add(root, b"1", b"2")
    assert len(_add(root, b"1", b"2").files("features")) == 1


def test_nothing_is_seen_of_a_file_that_is_not_whole(root: str) -> None:
    view = CachedView(f"{root}/cache", "0f")
    writer = ViewWriter(view, FORMATS, f"{root}/scratch")
    writer.append([b"1"], _arrays([b"1"]))
    assert view.ids() == set() and not view.files("features")
    writer.close()
    assert view.ids() == {b"1"}


def test_picture_counts_when_both_arrays_are_there(root: str) -> None:
    view = _add(root, b"1", b"2")
    _add(root, b"7")
    (path,) = (file.path for file in view.files("activations") if b"7" in file.ids)
    tf.io.gfile.remove(path)
    assert view.ids() == {b"1", b"2"}


def test_large_views_are_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_PICTURES_IN_A_FILE", 2)
    view = _add(str(tmp_path), b"1", b"2", b"3", b"4", b"5")
    for prefix in FORMATS:
        assert sorted(len(file.ids) for file in view.files(prefix)) == [1, 2, 2]
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:-70],
        lambda content: content[:260] + bytes([content[260] ^ 1]) + content[261:],
        lambda content: content + b"x",
    ],
)
@pytest.mark.parametrize("prefix", list(FORMATS))
def test_damaged_file_is_dropped(
    tmp_path: Path, spoil: object, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    view = _add(str(tmp_path), b"1", b"2")
    _add(str(tmp_path), b"7")
    (path,) = (Path(file.path) for file in view.files(prefix) if b"1" in file.ids)
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with caplog.at_level(logging.WARNING):
        view.drop_damaged()
    assert [record.getMessage() for record in caplog.records] == [
        f"`{path}` is damaged: its views are computed again"
    ]
    assert not path.exists()
    assert view.ids() == {b"7"}


def test_whole_files_are_kept(root: str) -> None:
    view = _add(root, b"1", b"2")
    view.drop_damaged()
    assert view.ids() == {b"1", b"2"}


def test_link_shares_or_copies(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"content")
    link(str(tmp_path / "source"), str(tmp_path / "shared"))
    assert (tmp_path / "shared").stat().st_nlink == 2
    link(str(tmp_path / "source"), f"ram://{tmp_path.name}/copy")
    with tf.io.gfile.GFile(f"ram://{tmp_path.name}/copy", "rb") as file:
        assert file.read() == b"content"
    link(f"ram://{tmp_path.name}/copy", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == b"content"
