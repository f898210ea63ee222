"""Which shards a path names, and the splits that their names say."""

import re
from pathlib import Path

import pytest

from components.example_gen.sources import shards
from components.example_gen.sources.shards import ShardKind
from pipeline.errors import InputError
from tests.components.example_gen.sources.makers import pictures_in

KIND = ShardKind("shards", re.compile(r"\.tar$"), lambda head: head.startswith(b"like"))


def names(path: Path | str) -> list[str]:
    return [shard.file for shard in shards.find(str(path), KIND)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return pictures_in(tmp_path / "root", *(f"{n:02}.tar" for n in range(12)), "deep/a.tar", "README.txt")


ALL = [f"{n:02}.tar" for n in range(12)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", [*ALL, "deep/a.tar"]),
        ("03.tar", ["03.tar"]),
        ("*.tar", ALL),
        ("1?.tar", ["10.tar", "11.tar"]),
        ("0[1-3].tar", ["01.tar", "02.tar", "03.tar"]),
        ("{08..11}.tar", ["08.tar", "09.tar", "10.tar", "11.tar"]),
        ("{10..99}.tar", ["10.tar", "11.tar"]),
        ("{00..01}.{tar..x}", None),
        ("*/a.tar", ["deep/a.tar"]),
        ("*.zip", None),
    ],
)
def test_find(root: Path, pattern: str, found: list[str] | None) -> None:
    if found is None:
        with pytest.raises(InputError, match="names no shards"):
            names(root / pattern)
    else:
        assert names(root / pattern) == found


def test_relative_pattern(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert names("0*.tar") == ALL[:10]
    assert {shard.root for shard in shards.find("*.tar", KIND)} == {str(root.resolve())}


def test_file_whose_name_looks_like_a_pattern(root: Path) -> None:
    pictures_in(root, "[1]*.tar")
    assert names(root / "[1]*.tar") == ["[1]*.tar"]


def test_files_without_a_telling_name(tmp_path: Path) -> None:
    for name, content in (("part-0", "like this"), ("part-1", "like this"), ("notes", "unlike that")):
        (tmp_path / name).write_text(content)
    (tmp_path / "out").symlink_to("/etc/hostname")
    assert names(tmp_path) == ["part-0", "part-1"]


def test_link_to_a_file_is_followed_where_it_is_asked_for(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root / "03.tar")
    (shard,) = shards.find(str(tmp_path / "link"), KIND)
    assert shard.path == str(root.resolve() / "03.tar")


@pytest.mark.parametrize("pattern", ["", "*.tar"])
def test_link_out_of_a_folder_is_refused(root: Path, tmp_path: Path, pattern: str) -> None:
    pictures_in(tmp_path, "secret.tar")
    (root / "x.tar").symlink_to(tmp_path / "secret.tar")
    with pytest.raises(InputError, match="`x.tar` is a link that leads out of"):
        names(root / pattern)


@pytest.mark.parametrize("last", ["9" * 8, "9" * 5000])
def test_too_many_numbers(last: str) -> None:
    with pytest.raises(InputError, match="more than 1,000,000 files"):
        names(f"/none/{{0..{last}}}.tar")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        names(tmp_path / "none.tar")


@pytest.mark.parametrize(
    ("files", "splits"),
    [
        (["beans-train-0.tar", "beans-validation-0.tar"], ["train", "eval"]),
        (["test/0.tar", "train/0.tar"], ["test", "train"]),
        (["Split-train/a.tar", "Split-eval/a.tar"], ["eval", "train"]),
        (["train-0.tar", "more-0.tar"], [None, None]),
        (["test-0.tar", "val-0.tar"], [None, None]),
        (["train-test.tar", "train.tar"], [None, None]),
        (["retrained-0.tar", "latest-0.tar"], [None, None]),
    ],
)
def test_splits_of_all_names_or_none(tmp_path: Path, files: list[str], splits: list[str | None]) -> None:
    pictures_in(tmp_path, *files)
    found = shards.find(str(tmp_path), KIND)
    assert sorted((shard.split for shard in found), key=str) == sorted(splits, key=str)
    assert len(found) == len(files)


def test_head(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 5000)
    assert shards.head(str(tmp_path / "a")) == b"x" * 1024
    assert shards.head(str(tmp_path / "none")) == shards.head(str(tmp_path)) == b""
