"""A source lists what it should, refuses what nothing can be learnt from, and notes every change."""

import os
import shutil
from pathlib import Path

import pytest

from components.example_gen import sources
from components.example_gen.sources import Row, fingerprint, list_rows, slice_names
from pipeline.config import DataConfig
from pipeline.errors import InputError


def folders(root: Path, **files: int) -> Path:
    """One sub-folder a class, with that many files."""
    for label, count in files.items():
        (root / label).mkdir(parents=True)
        for index in range(count):
            (root / label / f"{index}.jpg").write_text(f"{label}{index}")
    return root


def rows_of(root: Path) -> list[Row]:
    return list_rows(DataConfig(path=str(root)))


def message(root: Path) -> str:
    with pytest.raises(InputError) as caught:
        rows_of(root)
    text = str(caught.value)
    assert len(text.splitlines()) == 1, text
    return text


# --------------------------------------------------------------------------------------------------
# Listing
# --------------------------------------------------------------------------------------------------


def test_lists_every_file(tmp_path: Path) -> None:
    folders(tmp_path, dog=3, cat=4)
    rows = rows_of(tmp_path)
    assert [(row.label, row.path) for row in rows] == [
        *(("cat", f"cat/{index}.jpg") for index in range(4)),
        *(("dog", f"dog/{index}.jpg") for index in range(3)),
    ]
    assert {row.root for row in rows} == {str(tmp_path.resolve())}
    assert rows == rows_of(tmp_path)


def test_nested_folders_belong_to_their_class(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    folders(tmp_path / "cat", young=1)
    assert ("cat", "cat/young/0.jpg") in [(row.label, row.path) for row in rows_of(tmp_path)]


def test_files_beside_the_classes_are_no_pictures(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    (tmp_path / "README.txt").touch()
    assert len(rows_of(tmp_path)) == 6


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
    "name", ["big cat", "it's", '"q"', "Kätzchen", "猫", "a,b", "=1", "-v", "{x}", "$HOME"]
)
def test_odd_folder_name(tmp_path: Path, name: str) -> None:
    folders(tmp_path, **{name: 3, "dog": 3})
    assert {row.label for row in rows_of(tmp_path)} == {name, "dog"}


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
    assert {row.root for row in rows_of(tmp_path / "link")} == {str((tmp_path / "real").resolve())}


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folders(tmp_path, cat=3, dog=3).parent))
    assert len(rows_of(Path("~") / tmp_path.name)) == 6


def test_solar_cells() -> None:
    rows = list_rows(DataConfig(source="solar_cells"))
    assert len(rows) == 2624
    assert {row.label for row in rows} == {"defective", "functional"}
    assert {row.slices["cell_type"] for row in rows} == {"mono", "poly"}
    assert all((Path(row.root) / row.path).is_file() for row in rows)
    assert slice_names(rows) == ["cell_type"]


def test_solar_cells_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.solar_cells.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="`elpv-dataset` is not installed"):
        list_rows(DataConfig(source="solar_cells"))


# --------------------------------------------------------------------------------------------------
# Refusing
# --------------------------------------------------------------------------------------------------


def test_no_such_folder(tmp_path: Path) -> None:
    assert "no such folder: `" in message(tmp_path / "none")


@pytest.mark.parametrize("path", ["x" * 300, "~nosuchuser/pictures", "a\nb"])
def test_no_such_folder_odd_path(path: str) -> None:
    assert "no such folder" in message(Path(path))


def test_folder_is_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is no folder" in message(tmp_path / "file")


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


def test_one_class(tmp_path: Path) -> None:
    assert "holds one class only (`cat`)" in message(folders(tmp_path, cat=9))


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_files_than_splits(tmp_path: Path, count: int) -> None:
    text = message(folders(tmp_path, cat=3, dog=count))
    assert f"class `dog` in `{tmp_path}` has {count} file(s), fewer than the 3 splits" in text


@pytest.mark.parametrize("name", ["two\nlines", "two\rlines", "\n"])
def test_class_with_a_line_break(tmp_path: Path, name: str) -> None:
    text = message(folders(tmp_path, **{name: 3, "dog": 3}))
    assert f"class name {name!r} holds a line break" in text


@pytest.mark.parametrize("name", ["image", "label", "image_id"])
def test_slice_with_a_name_of_ours(name: str) -> None:
    with pytest.raises(InputError, match=f"slice `{name}` bears the name"):
        slice_names([Row("/", "a", "cat", {name: "x"})])


def test_fingerprint_changes_with_what_changes(tmp_path: Path) -> None:
    folders(tmp_path, cat=3, dog=3)
    file = tmp_path / "cat" / "0.jpg"
    os.utime(file, ns=(10**18, 10**18))
    seen = [fingerprint(rows_of(tmp_path))]
    file.write_text("other")  # another content, of the same size or not, is another time
    seen.append(fingerprint(rows_of(tmp_path)))
    os.utime(file, ns=(10**18, 10**18))
    seen.append(fingerprint(rows_of(tmp_path)))
    os.utime(file, ns=(10**18, 10**18 + 1))
    seen.append(fingerprint(rows_of(tmp_path)))
    file.rename(tmp_path / "cat" / "zero.jpg")
    seen.append(fingerprint(rows_of(tmp_path)))
    (tmp_path / "cat" / "zero.jpg").rename(tmp_path / "dog" / "zero.jpg")
    (tmp_path / "cat" / "3.jpg").touch()
    seen.append(fingerprint(rows_of(tmp_path)))
    assert len(set(seen)) == len(seen)


def test_fingerprint_stays(tmp_path: Path) -> None:
    folders(tmp_path / "data", cat=3, dog=3)
    (tmp_path / "data" / "cat" / "nowhere.jpg").symlink_to("gone.jpg")
    before = fingerprint(rows_of(tmp_path / "data"))
    (tmp_path / "data" / "cat" / "0.jpg").read_text()
    (tmp_path / "data" / ".DS_Store").touch()
    assert fingerprint(rows_of(tmp_path / "data")) == before
    shutil.copytree(tmp_path / "data", tmp_path / "moved", symlinks=True)
    assert fingerprint(rows_of(tmp_path / "moved")) == before


def test_fingerprint_of_labels_and_slices(tmp_path: Path) -> None:
    base = Row(str(tmp_path), "a", "cat", {"kind": "x"})
    others = [Row(str(tmp_path), "a", "dog", {"kind": "x"}), Row(str(tmp_path), "a", "cat", {"kind": "y"})]
    assert len({fingerprint([row]) for row in (base, *others)}) == 3
