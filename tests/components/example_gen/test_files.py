"""Files are read where they are, and nothing outside of the data root is opened."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.example_gen import files
from components.example_gen.files import OutsideError, Place
from pipeline.errors import InputError

MOST = 1000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data root with a picture and a folder, and a secret beside it."""
    (tmp_path / "root" / "folder").mkdir(parents=True)
    (tmp_path / "root" / "a.jpg").write_bytes(b"0123456789")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return tmp_path / "root"


def refused(place: Place, most: int = MOST) -> OutsideError:
    with pytest.raises(OutsideError) as caught:
        files.read(place, most)
    return caught.value


@pytest.mark.parametrize(
    ("offset", "length", "content"),
    [(0, None, b"0123456789"), (0, 10, b"0123456789"), (3, 4, b"3456"), (10, 0, b"")],
)
def test_read(root: Path, offset: int, length: int | None, content: bytes) -> None:
    assert files.read(Place(str(root), "a.jpg", offset, length), MOST) == content


@pytest.mark.parametrize(("offset", "length"), [(3, 8), (100, 1)])
def test_part_that_is_not_all_there(root: Path, offset: int, length: int) -> None:
    with pytest.raises(OSError, match="ends early"):
        files.read(Place(str(root), "a.jpg", offset, length), MOST)


@pytest.mark.parametrize(("offset", "length"), [(0, None), (2, 8)])
def test_too_large(root: Path, offset: int, length: int | None) -> None:
    error = refused(Place(str(root), "a.jpg", offset, length), 7)
    assert error.kind == "too_large"
    assert "more than data.max_bytes (7)" in str(error)


@pytest.mark.parametrize(
    "path", ["../secret.jpg", "/etc/hostname", "folder/../../secret.jpg", "link.jpg", "link/x"]
)
def test_outside(root: Path, tmp_path: Path, path: str) -> None:
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "link").symlink_to(tmp_path)
    error = refused(Place(str(root), path))
    assert (str(error), error.kind) == ("a link that leads out of the data folder", "outside")


def test_root_whose_name_begins_like_another(root: Path, tmp_path: Path) -> None:
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2" / "b.jpg").touch()
    assert "leads out" in str(refused(Place(str(root), "../root2/b.jpg")))


def test_link_inside_and_linked_root(root: Path, tmp_path: Path) -> None:
    (root / "folder" / "b.jpg").symlink_to("../a.jpg")
    (tmp_path / "other").symlink_to("root")
    assert files.read(Place(str(tmp_path / "other"), "folder/b.jpg"), MOST) == b"0123456789"


def test_what_is_no_file(root: Path) -> None:
    os.mkfifo(root / "pipe.jpg")
    for path in ("pipe.jpg", "folder", ""):
        assert str(refused(Place(str(root), path))) == "no regular file"
    assert "NUL" in str(refused(Place(str(root), "a\0b")))


@pytest.mark.parametrize("path", ["none.jpg", "gone.jpg", "circle.jpg", "a.jpg/b", "x" * 300])
def test_what_is_not_there(root: Path, path: str) -> None:
    (root / "gone.jpg").symlink_to("nowhere.jpg")
    (root / "circle.jpg").symlink_to("circle.jpg")
    with pytest.raises(OSError):
        files.read(Place(str(root), path), MOST)


def test_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe")
    told: list[str] = []

    def opening() -> None:
        with pytest.raises(InputError) as caught:
            files.open_binary(str(root / "pipe"))
        told.append(str(caught.value))

    thread = threading.Thread(target=opening, daemon=True)
    thread.start()
    thread.join(10)
    assert told == [f"`{root}/pipe` is no regular file."]


@pytest.mark.parametrize(("name", "words"), [("none", "No such file"), ("folder", "no regular file")])
def test_open_what_is_no_file(root: Path, name: str, words: str) -> None:
    with pytest.raises(InputError, match=f"{name}` .*{words}"):
        files.open_binary(str(root / name))


def test_is_inside(root: Path) -> None:
    assert files.is_inside(str(root), str(root / "none" / "x"))
    assert files.is_inside(str(root), str(root))
    assert files.is_inside("/", "/etc")
    assert not files.is_inside(str(root), str(root.parent))


def test_normalise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert files.normalise("~/a") == "/home/me/a"
    assert files.normalise("file:///data") == "/data", "so that its links are checked"
    assert files.normalise("gs://bucket/a") == "gs://bucket/a"


def test_stamp(root: Path) -> None:
    place = Place(str(root), "a.jpg")
    before = files.stamp(place)
    os.utime(root / "a.jpg", ns=(1, 1))
    assert files.stamp(place) == "10:1" != before
    for path in ("none", "a\0b", "x" * 300):
        assert files.stamp(Place(str(root), path)) == "missing"


def test_listing(root: Path) -> None:
    (root / ".hidden").touch()
    (root / "folder" / ".git").mkdir()
    (root / "folder" / "b").touch()
    (root / "folder" / "link").symlink_to("..")
    (root / "b").touch()
    assert files.entries(str(root)) == ["a.jpg", "b", "folder"]
    assert files.entries(str(root), hidden=True) == [".hidden", "a.jpg", "b", "folder"]
    assert list(files.walk(str(root))) == ["a.jpg", "b", "folder/b", "folder/link"]
    assert files.glob(f"{root}/*") == [f"{root}/a.jpg", f"{root}/b", f"{root}/folder"]
    assert files.exists(str(root)) and files.is_folder(str(root)) and not files.is_folder(f"{root}/b")


@pytest.mark.parametrize("look", [files.entries, lambda path: list(files.walk(path))])
@pytest.mark.parametrize("name", ["none", "a.jpg", "x\0"])
def test_folder_that_cannot_be_listed(root: Path, look: Callable[[str], Any], name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        look(str(root / name))
