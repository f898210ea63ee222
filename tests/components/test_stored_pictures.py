"""Pictures in TFRecords: found where they lie, and what is none of ours is passed over."""

from pathlib import Path

import pytest
import tensorflow as tf

from components import features
from components.array_file import opened
from components.stored_pictures import stored_pictures
from tests.components.example_gen.sources.makers import example
from tests.components.records import write_records

_ROWS = [(f"{number:02x}", "cat" if number % 2 else "<dog>", b"%d" % number * 300) for number in range(24)]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return write_records(tmp_path / "whole", _ROWS)


def test_pictures_are_found_and_read(whole: Path) -> None:
    found = list(stored_pictures([whole]))
    assert [(each.image_id, each.label, each.read()) for each in found] == _ROWS
    assert found[1].path == "cat/01.png"
    assert [each.read() for each in stored_pictures([str(whole)], opened)] == [row[2] for row in _ROWS]


def test_an_id_may_be_missing(tmp_path: Path) -> None:
    file = tmp_path / "examples"
    with tf.io.TFRecordWriter(str(file)) as writer:
        writer.write(example({features.IMAGE: b"x", features.LABEL: "cat", features.PATH: "a"}))
    (found,) = stored_pictures([file])
    assert (found.image_id, found.label, found.read()) == ("", "cat", b"x")


@pytest.mark.parametrize("cut", [0, 5, 12, 200, -3])
def test_damaged_file_ends_where_it_is_damaged(whole: Path, tmp_path: Path, cut: int) -> None:
    damaged = tmp_path / "examples"
    damaged.write_bytes(whole.read_bytes()[:cut])
    assert len(list(stored_pictures([damaged]))) == (23 if cut < 0 else 0)


def test_other_files_hold_no_pictures(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_bytes(b"\x10\0\0\0\0\0\0\0abcd" + b"no tf.Example at all, but long enough to be one")
    assert list(stored_pictures([other])) == []
