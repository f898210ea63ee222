"""Class folders: every file of every class, by its name and no other."""

import os
from pathlib import Path

import pytest

from components.example_gen import files
from components.example_gen.sources import column_names, fingerprint
from pipeline.errors import InputError
from tests.components.example_gen.sources.makers import folders, message, pictures_in, rows_of


def test_lists_every_file(tmp_path: Path) -> None:
    folders(tmp_path, dog=3, cat=4)
    rows = rows_of(tmp_path)
    assert [(row.label, row.path) for row in rows] == [
        *(("cat", f"cat/{index}.jpg") for index in range(4)),
        *(("dog", f"dog/{index}.jpg") for index in range(3)),
    ]
    assert {row.place.root for row in rows} == {str(tmp_path.resolve())}
    assert all(row.place.file == row.path and row.place.length is None for row in rows)
    assert {(row.split, row.group, row.weight, row.span) for row in rows} == {(None, None, 1.0, 0)}
    assert rows == rows_of(tmp_path)


def test_deeper_folders_are_a_column(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    pictures_in(tmp_path / "cat", "young/0.jpg", "young/very young/0.jpg")
    rows = {row.path: row for row in rows_of(tmp_path)}
    assert rows["cat/young/0.jpg"].label == "cat"
    assert rows["cat/young/0.jpg"].columns == {"folder": "young"}
    assert rows["cat/young/very young/0.jpg"].columns == {"folder": "young/very young"}
    assert rows["cat/0.jpg"].columns == rows["dog/0.jpg"].columns == {"folder": ""}


def test_no_column_without_deeper_folders(tmp_path: Path) -> None:
    assert column_names(rows_of(folders(tmp_path, cat=3, dog=3))) == []


def test_files_beside_the_classes_are_no_pictures(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    (tmp_path / "README.txt").touch()
    assert len(rows_of(tmp_path)) == 6


def test_pictures_beside_the_classes_are_not_lost_in_silence(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    for name in ("b.JPG", "a.png"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match="2 picture.s. lie in .* first: 'a.png'. Move them"):
        rows_of(tmp_path)


@pytest.mark.parametrize("hidden", [".DS_Store", "cat/.DS_Store", "cat/.git/config", ".cache/a.jpg"])
def test_hidden_is_left_out(tmp_path: Path, hidden: str) -> None:
    folders(tmp_path, cat=3, dog=3)
    before = rows_of(tmp_path)
    (tmp_path / hidden).parent.mkdir(exist_ok=True)
    (tmp_path / hidden).touch()
    assert rows_of(tmp_path) == before


def test_hidden_parent_of_the_root_hides_nothing(tmp_path: Path) -> None:
    assert len(rows_of(folders(tmp_path / ".pictures", cat=3, dog=3))) == 6


@pytest.mark.parametrize(
    "name",
    ["a b.jpg", " .jpg", "it's.jpg", '"q".jpg', "line\nbreak.jpg", "katze-ä.jpg", "猫.jpg", "*?[.jpg", "-v"],
)
def test_odd_file_name(tmp_path: Path, name: str) -> None:
    folders(tmp_path, cat=2, dog=3)
    (tmp_path / "cat" / name).touch()
    assert f"cat/{name}" in [row.path for row in rows_of(tmp_path)]


@pytest.mark.parametrize(
    "name", ["big cat", "it's", '"q"', "Kätzchen", "猫", "a,b", "=1", "-v", "{x}", "$HOME", "[a]*?"]
)
def test_odd_folder_name(tmp_path: Path, name: str) -> None:
    folders(tmp_path, **{name: 3, "dog": 3})
    assert {row.label for row in rows_of(tmp_path)} == {name, "dog"}


@pytest.mark.parametrize("name", ["[a]*?", "{1..3}", "a.csv", "x.tar", "tfds"])
def test_root_with_an_odd_name(tmp_path: Path, name: str) -> None:
    assert len(rows_of(folders(tmp_path / name, cat=3, dog=3))) == 6


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    folders(tmp_path, dog=3)
    folder = os.fsencode(tmp_path) + b"/ca\xff"
    os.mkdir(folder)
    for index in range(3):
        with open(folder + b"/\xfe%d.jpg" % index, "wb"):
            pass
    rows = rows_of(tmp_path)
    assert next(os.fsencode(row.path) for row in rows if row.label != "dog") == b"ca\xff/\xfe0.jpg"
    assert fingerprint(rows) == fingerprint(rows_of(tmp_path))


def test_links_out_are_listed_and_not_walked(tmp_path: Path) -> None:
    root = folders(tmp_path / "data", cat=3, dog=3)
    folders(tmp_path, outside=5)
    (root / "cat" / "file_out.jpg").symlink_to(tmp_path / "outside" / "0.jpg")
    (root / "cat" / "folder_out").symlink_to(tmp_path / "outside")
    (root / "cat" / "circle").symlink_to("circle")
    (root / "cat" / "nowhere.jpg").symlink_to("gone.jpg")
    paths = {row.path for row in rows_of(root)}
    assert {"cat/file_out.jpg", "cat/folder_out", "cat/circle", "cat/nowhere.jpg"} <= paths
    assert len(paths) == 10


def test_linked_root_is_followed(tmp_path: Path) -> None:
    folders(tmp_path / "real", cat=3, dog=3)
    (tmp_path / "link").symlink_to("real")
    assert {row.place.root for row in rows_of(tmp_path / "link")} == {str((tmp_path / "real").resolve())}


def test_very_deep_folders(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    deep = "/".join("d" * 400)
    pictures_in(tmp_path, f"cat/{deep}/0.jpg")
    assert f"cat/{deep}/0.jpg" in [row.path for row in rows_of(tmp_path)]


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folders(tmp_path, cat=3, dog=3).parent))
    assert len(rows_of(Path("~") / tmp_path.name)) == 6


# --------------------------------------------------------------------------------------------------
# Refusing
# --------------------------------------------------------------------------------------------------


def test_no_such_folder(tmp_path: Path) -> None:
    assert "no such folder: `" in message(tmp_path / "none")


@pytest.mark.parametrize("path", ["x" * 300, "~nosuchuser/pictures", "a\nb"])
def test_no_such_folder_odd_path(path: str) -> None:
    assert "no such folder" in message(path)


@pytest.mark.parametrize("source", ["auto", "class_folders"])
def test_folder_is_file(tmp_path: Path, source: str) -> None:
    (tmp_path / "file").touch()
    assert "is no folder" in message(tmp_path / "file", source=source)


def test_folder_is_a_circular_link(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    assert "circle" in message(tmp_path / "circle")


@pytest.mark.parametrize("entries", [(), (".hidden",), (".git/config",)])
def test_empty(tmp_path: Path, entries: tuple[str, ...]) -> None:
    for entry in entries:
        (tmp_path / entry).parent.mkdir(exist_ok=True)
        (tmp_path / entry).touch()
    assert "holds no pictures" in message(tmp_path)


def test_files_but_no_folders(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    assert "holds files but no sub-folders" in message(tmp_path)


@pytest.mark.parametrize("content", [None, ".DS_Store"])
def test_empty_class(tmp_path: Path, content: str | None) -> None:
    folders(tmp_path, cat=3, dog=3, owl=0)
    if content:
        (tmp_path / "owl" / content).touch()
    assert "owl` is empty" in message(tmp_path)


def test_empty_class_with_a_line_break(tmp_path: Path) -> None:
    folders(tmp_path, **{"cat": 3, "dog": 3, "two\nlines": 0})
    assert "two" in message(tmp_path)


def test_class_that_is_a_link_out_is_not_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folders(tmp_path / "data", dog=3)
    outside = folders(tmp_path, outside=5) / "outside"
    (root / "cat").symlink_to(outside)
    monkeypatch.setattr(files, "walk", lambda folder: pytest.fail(f"walked {folder}"))
    text = message(root)
    assert f"`{root / 'cat'}` leads out of the data folder, to `{outside.resolve()}`. Put the folder" in text


def test_class_that_is_a_link_within_is_followed(tmp_path: Path) -> None:
    root = folders(tmp_path / "data", dog=3, **{"store/cat": 3})
    (root / "cat").symlink_to("store/cat")
    assert {row.label for row in rows_of(root)} == {"cat", "dog", "store"}


@pytest.mark.parametrize("name", ["two\nlines", "two\rlines", "\n"])
def test_class_with_a_line_break(tmp_path: Path, name: str) -> None:
    text = message(folders(tmp_path, **{name: 3, "dog": 3}))
    assert f"class name {name!r} holds a line break" in text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_that_may_not_be_read(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    pictures_in(tmp_path, "cat/locked/0.jpg")
    (tmp_path / "cat" / "locked").chmod(0)
    try:
        assert "locked` cannot be read: Permission denied" in message(tmp_path)
    finally:
        (tmp_path / "cat" / "locked").chmod(0o755)
