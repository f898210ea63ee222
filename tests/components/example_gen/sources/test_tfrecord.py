"""TFRecords: each row points at its picture; whatever is wrong with a file is one line."""

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from components.example_gen import files
from components.example_gen.sources import column_names
from components.example_gen.sources.tfrecord import begins_like_tfrecord
from tests.components.example_gen.sources import makers
from tests.components.example_gen.sources.makers import message, record, rows_of, tfrecord


def examples(count: int = 6, **more: Any) -> list[dict[str, Any]]:
    return [
        {"image": b"picture %d" % n * 1000, "label": ("cat", "dog")[n % 2], "n": n, **more}
        for n in range(count)
    ]


def test_rows_point_at_the_pictures(tmp_path: Path) -> None:
    rows = rows_of(tfrecord(tmp_path / "a.tfrecord", examples()))
    assert [(row.path, row.label) for row in rows][:2] == [("a.tfrecord#0", "cat"), ("a.tfrecord#1", "dog")]
    assert [files.read(row.place, 10**6) for row in rows] == [one["image"] for one in examples()]
    assert [row.columns for row in rows] == [{"n": str(n)} for n in range(6)]


@pytest.mark.parametrize(
    ("image", "label"),
    [("image/encoded", "image/class/text"), ("image_raw", "label"), ("image", "image/class/label")],
)
def test_usual_names(tmp_path: Path, image: str, label: str) -> None:
    found = [{image: one["image"], label: one["label"]} for one in examples()]
    rows = rows_of(tfrecord(tmp_path / "a.tfrecord", found))
    assert [row.label for row in rows] == ["cat", "dog"] * 3
    assert column_names(rows) == []


def test_configured_names(tmp_path: Path) -> None:
    more = {"thumb": b"x" * 5000, "kind": "a", "fold": "train", "w": 0.5, "site": "north"}
    columns = {"image": "thumb", "label": "n", "split": "fold", "weight": "w", "group": "site"}
    rows = rows_of(tfrecord(tmp_path / "a.tfrecord", examples(**more)), columns=columns)
    assert [row.label for row in rows] == [str(n) for n in range(6)]
    assert {(row.split, row.weight, row.group) for row in rows} == {("train", 0.5, "north")}
    assert column_names(rows) == ["kind", "site"], "neither pictures nor names of ours become columns"


def test_integer_labels(tmp_path: Path) -> None:
    found = [{"image": b"x", "label": n % 2} for n in range(6)]
    path = tfrecord(tmp_path / "a.tfrecord", found)
    assert [row.label for row in rows_of(path)] == ["0", "1"] * 3
    assert [row.label for row in rows_of(path, class_names=("cat", "dog"))] == ["cat", "dog"] * 3
    assert "record 1 (byte " in message(path, class_names=("cat",))


def test_lists_and_bytes_are_no_columns(tmp_path: Path) -> None:
    more = {"boxes": [0.1, 0.2], "other": b"\xff\xd8\xff", "long": "x" * 2000, "empty": [], "height": 4}
    assert column_names(rows_of(tfrecord(tmp_path / "a.tfrecord", examples(**more)))) == ["n"]


def test_folder_and_pattern_and_splits(tmp_path: Path) -> None:
    for name in ("train", "validation", "test"):
        tfrecord(tmp_path / f"beans-{name}.tfrecord-00000-of-00001", examples(2))
    (tmp_path / "features.json").write_text("{}")
    rows = rows_of(tmp_path)
    assert {row.path.split(".")[0]: row.split for row in rows} == {
        "beans-train": "train",
        "beans-validation": "eval",
        "beans-test": "test",
    }
    assert rows_of(tmp_path / "*.tfrecord-*") == rows
    assert {row.split for row in rows_of(tmp_path, split={"given": "ignore"})} == {None}


def test_name_that_says_nothing(tmp_path: Path) -> None:
    path = tfrecord(tmp_path / "examples-00000-of-00001", examples())
    assert len(rows_of(path)) == 6


def wrong_crc(content: bytes) -> bytes:
    return content[:8] + b"\0\0\0\0" + content[12:]


GOOD = b"".join(record(makers.example(one)) for one in examples())
ONE = len(record(makers.example(examples()[0])))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no pictures"),
        (b"x" * 100, "a.tfrecord` is no TFRecord file, or damaged: no record at byte 0"),
        (wrong_crc(GOOD), "no record at byte 0"),
        (GOOD[:-1], f"a.tfrecord` ends within the record at byte {len(GOOD) - ONE}"),
        (GOOD + b"\0", f"no record at byte {len(GOOD)}"),
        (GOOD[:ONE] + wrong_crc(GOOD[ONE:]), f"damaged: no record at byte {ONE}"),
        (gzip.compress(GOOD), "a.tfrecord` is compressed, so that no record can be read by itself"),
        (zlib.compress(GOOD), "a.tfrecord` is compressed"),
        (GOOD + record(b"any text"), f"a.tfrecord` record 6 (byte {len(GOOD) + 12}) is no tf.Example"),
        (
            struct.pack("<Q", 2**64 - 1) + makers.masked_crc(b"\xff" * 8) + GOOD,
            "ends within the record at byte 0",
        ),
        (
            record(makers.example({"pixels": b"x", "label": "cat"})),
            "record 0 (byte 12): no column with the picture",
        ),
        (record(makers.example({"image": b"x", "n": 1})), "record 0 (byte 12): no column with the label"),
        (
            record(makers.example({"image": [b"x", b"y"], "label": "cat"})),
            "`image` is not the bytes of one picture",
        ),
        (
            record(makers.example({"image": [1, 2], "label": "cat"})),
            "`image` is not the bytes of one picture",
        ),
        (record(makers.example({"image": b"x", "label": ""})), "record 0 (byte 12): empty label"),
    ],
)
def test_malformed(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.tfrecord").write_bytes(content)
    assert words in message(tmp_path / "a.tfrecord")


def test_no_file(tmp_path: Path) -> None:
    assert "no such file or folder" in message(tmp_path / "none.tfrecord", source="tfrecord")
    assert "names no TFRecord files" in message(tmp_path, source="tfrecord")


def test_begins_like_tfrecord() -> None:
    assert begins_like_tfrecord(GOOD[:12])
    assert not begins_like_tfrecord(GOOD[:11])
    assert not begins_like_tfrecord(b"x" * 12)


@pytest.mark.slow
def test_as_tensorflow_writes_them(tmp_path: Path) -> None:
    import tensorflow as tf

    def feature(value: Any) -> tf.train.Feature:
        if isinstance(value, bytes):
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        if isinstance(value, float):
            return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

    pictures = [bytes([n]) * 10_000 * n for n in range(1, 7)]
    with tf.io.TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        for n, picture in enumerate(pictures):
            values = {"image": picture, "label": n % 2, "age": 0.5 + n, "name": "ä".encode(), "minus": -n}
            wanted = {name: feature(value) for name, value in values.items()}
            writer.write(tf.train.Example(features=tf.train.Features(feature=wanted)).SerializeToString())
    rows = rows_of(tmp_path / "a.tfrecord")
    assert [files.read(row.place, 10**6) for row in rows] == pictures
    assert [row.label for row in rows] == ["0", "1"] * 3
    assert rows[3].columns == {"age": "3.5", "name": "ä", "minus": "-3"}
