"""A run's pictures become files, few of each class are drawn fairly, a manifest says what is what."""

import argparse
import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from benchmarks import splits
from benchmarks.splits import Picture, Plain, read_examples, some_of_each, write_manifest, write_pictures
from components import features

PNG, JPEG = b"\x89PNG rest", b"\xff\xd8\xff rest"
PICTURES = sorted(
    Picture(split, label, f"{split}/{label}/{number}.jpg")
    for split, count in (("train", 30), ("eval", 6), ("test", 12))
    for label in ("cat", "dog")
    for number in range(count)
)


def example(identity: str, path: str, label: str, content: bytes) -> bytes:
    values = {
        features.IMAGE_ID: identity.encode(),
        features.PATH: path.encode(),
        features.LABEL: label.encode(),
        features.IMAGE: content,
    }
    feature = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value])) for name, value in values.items()
    }
    return bytes(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Where a run has read four pictures, two of them copies."""
    records = {
        "train": [
            example("bb", "two.png", "cat", PNG),
            example("bb", "copy.png", "cat", PNG),
            example("cc", "three.jpg", "dog", JPEG),
        ],
        "test": [example("aa", "one.jpg", "dog", JPEG)],
    }
    for split, contents in records.items():
        folder = tmp_path / "w/artifacts/ImageExampleGen/examples/1" / f"Split-{split}"
        folder.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(folder / "data_tfrecord-00000")) as writer:
            for content in contents:
                writer.write(content)
    return tmp_path / "w"


def test_examples_come_with_their_split(workspace: Path) -> None:
    seen = Counter(split for split, _ in read_examples(workspace))
    assert seen == {"train": 3, "test": 1}


def test_every_picture_is_a_file_of_its_own(workspace: Path, tmp_path: Path) -> None:
    pictures = write_pictures(workspace, tmp_path / "plain")
    assert pictures == [
        Picture("test", "dog", "test/dog/000000.jpg"),
        Picture("train", "cat", "train/cat/000001.png"),
        Picture("train", "cat", "train/cat/000002.png"),
        Picture("train", "dog", "train/dog/000003.jpg"),
    ]
    contents = [(tmp_path / "plain" / picture.path).read_bytes() for picture in pictures]
    assert contents == [JPEG, PNG, PNG, JPEG]


@pytest.mark.parametrize(("count", "train", "held"), [(1, 1, 1), (10, 10, 6), (None, 30, 6)])
def test_some_of_each_class(count: int | None, train: int, held: int) -> None:
    drawn = Counter((picture.split, picture.label) for picture in some_of_each(PICTURES, count, seed=1))
    for label in ("cat", "dog"):
        assert drawn["train", label] == train
        assert drawn["eval", label] == held
        assert drawn["test", label] == 12


def test_more_pictures_contain_the_fewer_and_another_seed_draws_others() -> None:
    few, more = (set(some_of_each(PICTURES, count, seed=1)) for count in (3, 9))
    assert few < more
    assert few != set(some_of_each(PICTURES, 3, seed=2))
    assert few == set(some_of_each(PICTURES, 3, seed=1))


def test_manifest_can_be_read_by_a_run(tmp_path: Path) -> None:
    write_manifest(PICTURES[:2], tmp_path / "few.csv")
    with (tmp_path / "few.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1] == {"split": "eval", "label": "cat", "path": "eval/cat/1.jpg"}


def test_plain_files_are_written_once_and_only_when_asked_for(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def run(folder: Path, *settings: str, **options: Any) -> None:
        calls.append((settings, options))
        (folder / "artifacts").symlink_to(workspace / "artifacts")

    monkeypatch.setattr(splits, "run", run)
    arguments = argparse.Namespace(data="there", settings=["data.share=0.5", "augment.views=1"])
    plain = Plain(tmp_path / "plain", arguments)
    assert not calls
    assert plain.written == plain.written == str(tmp_path / "plain")
    assert len(plain.pictures) == 4
    assert calls == [(("data.share=0.5",), {"data": "there", "stop": "ImageExampleGen"})]
