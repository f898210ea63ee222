"""Paths of a manifest stay below its root, however they are written."""

from pathlib import Path

import pytest

from components.example_gen.sources.inside import Root
from pipeline.errors import InputError
from tests.components.example_gen.sources.makers import pictures_in


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.jpg", "a.jpg"),
        ("./a.jpg", "a.jpg"),
        ("b//c/../a.jpg", "b/a.jpg"),
        ("..a.jpg", "..a.jpg"),
        ("b/", "b"),
        (" a.jpg ", " a.jpg "),
        ("{root}/b/a.jpg", "b/a.jpg"),
        ("{root}//a.jpg", "a.jpg"),
        ("file:a.jpg", "file:a.jpg"),
    ],
)
def test_below(tmp_path: Path, text: str, path: str) -> None:
    assert Root(str(tmp_path)).below(text.replace("{root}", str(tmp_path)), "here") == path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("../a.jpg", "`../a.jpg` leads out of the data root"),
        ("..", "leads out"),
        ("b/../../a.jpg", "leads out"),
        ("/etc/hostname", "`/etc/hostname` leads out"),
        ("{root}/../a.jpg", "leads out"),
        ("{root}x/a.jpg", "leads out"),
        ("http://example.org/a.jpg", "is an address. Graft fetches nothing"),
        ("gs://bucket/a.jpg", "is an address"),
        ("file:///etc/hostname", "is an address"),
        ("", "'' is no path of a picture"),
        (" ", "' ' is no path"),
        ("a\0b", r"'a\\x00b' is no path"),
    ],
)
def test_not_below(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=f"^here: .*{words}"):
        Root(str(tmp_path)).below(text.replace("{root}", str(tmp_path)), "here")


def test_both_names_of_a_linked_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    root = Root(str(tmp_path / "link"))
    assert (
        root.below(f"{tmp_path}/link/a.jpg", "here")
        == root.below(f"{tmp_path}/real/a.jpg", "here")
        == "a.jpg"
    )


def test_relative_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Root(".").below(f"{tmp_path}/a.jpg", "here") == "a.jpg"


def test_no_root(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder: .*Set data.root"):
        Root(str(tmp_path / "none"))


def test_names(tmp_path: Path) -> None:
    pictures_in(tmp_path, "a.jpg", "b/.c.jpg")
    root = Root(str(tmp_path))
    assert root.names("") == {"a.jpg", "b"}
    assert root.names("b") == {".c.jpg"}
    assert root.names("none") == root.names("a.jpg") == root.names("x" * 300) == frozenset()


def test_linked_folder_that_leads_out(tmp_path: Path) -> None:
    pictures_in(tmp_path, "outside/a.jpg", "data/inside/a.jpg")
    (tmp_path / "data" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "data" / "in").symlink_to("inside")
    root = Root(str(tmp_path / "data"))
    root.check_folder("in", "in/a.jpg", "here")
    root.check_folder("none", "none/a.jpg", "here")
    with pytest.raises(InputError, match="here: `out/a.jpg` leads out"):
        root.check_folder("out", "out/a.jpg", "here")
