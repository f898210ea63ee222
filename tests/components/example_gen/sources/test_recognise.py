"""What lies at a path is recognised without being asked."""

from pathlib import Path

import pytest

from components.example_gen.sources.recognise import recognise
from pipeline.errors import InputError
from tests.components.example_gen.sources.makers import folders, pictures_in, tar, tfrecord


@pytest.mark.parametrize(
    ("paths", "source"),
    [
        (["cat/0.jpg", "dog/0.jpg"], "class_folders"),
        (["cat/0.jpg", "dog/0.jpg", "README.md", "labels.csv"], "class_folders"),
        (["train/cat/0.jpg", "Validation/cat/0.jpg"], "split_folders"),
        (["train/cat/0.jpg", "test/cat/0.jpg", "manifest.csv"], "split_folders"),
        (["train/0.jpg", "test/0.jpg"], "class_folders"),
        (["train/cat/0.jpg"], "class_folders"),
        (["train/cat/0.jpg", "test/0.jpg"], "split_folders"),
        (["a.csv", "0.jpg"], "manifest"),
        (["metadata.jsonl", "images/0.jpg"], "manifest"),
        (["a.csv", "b.csv"], "class_folders"),
        (["a-00000-of-00002.tar", "a-00001-of-00002.tar"], "webdataset"),
        (["a.tfrecord-00000-of-00001", "notes.txt"], "tfrecord"),
        (["beans-train.tfrecord-00000-of-00001", "dataset_info.json"], "tfds"),
        ([], "class_folders"),
        (["0.jpg"], "class_folders"),
    ],
)
def test_folder(tmp_path: Path, paths: list[str], source: str) -> None:
    assert recognise(str(pictures_in(tmp_path, *paths))) == source


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("m.csv", "manifest"),
        ("m.TSV", "manifest"),
        ("m.jsonl", "manifest"),
        ("m.parquet", "manifest"),
        ("a.tar", "webdataset"),
        ("a.tgz", "webdataset"),
        ("a.tfrecord", "tfrecord"),
        ("a.tfrecords", "tfrecord"),
        ("00-512x512-798.tfrec", "tfrecord"),
        ("a.tfrecord-00003-of-00100", "tfrecord"),
        ("a.tfrecord.gz", "tfrecord"),
    ],
)
def test_name(tmp_path: Path, name: str, source: str) -> None:
    pictures_in(tmp_path, name)
    assert recognise(str(tmp_path / name)) == source
    (tmp_path / "link").symlink_to(name)


def test_content(tmp_path: Path) -> None:
    tfrecord(tmp_path / "examples-00000-of-00001", [{"image": b"x"}])
    tar(tmp_path / "shard", [("0.jpg", b"x")])
    (tmp_path / "labels.txt").write_text("path,label\n")
    assert recognise(str(tmp_path / "examples-00000-of-00001")) == "tfrecord"
    assert recognise(str(tmp_path / "shard")) == "webdataset"
    assert recognise(str(tmp_path / "labels.txt")) == "manifest"


def test_pattern(tmp_path: Path) -> None:
    pictures_in(tmp_path, "0.tar", "1.tar")
    assert recognise(str(tmp_path / "*.tar")) == "webdataset"
    assert recognise(str(tmp_path / "{0..1}.tar")) == "webdataset"
    with pytest.raises(InputError, match="no file matches"):
        recognise(str(tmp_path / "*.zip"))


def test_tensorflow_datasets() -> None:
    assert recognise("tfds:beans") == "tfds"


@pytest.mark.parametrize("name", ["0.jpg", "notes.txt", "m.xlsx"])
def test_unknown_file(tmp_path: Path, name: str) -> None:
    pictures_in(tmp_path, name)
    with pytest.raises(InputError, match=f"{name}` is no folder, and no manifest .*Give --data a folder"):
        recognise(str(tmp_path / name))


def test_nothing_there(tmp_path: Path) -> None:
    assert recognise(str(tmp_path / "none")) == "class_folders"


def test_pictures_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders(tmp_path, cat=3, dog=3)
    monkeypatch.setattr("components.example_gen.files.open_binary", lambda path: pytest.fail(path))
    assert recognise(str(tmp_path)) == "class_folders"
