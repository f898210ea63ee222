"""Pictures in TFRecords: found where they lie, and what is none of ours is passed over."""

from pathlib import Path

import pytest

from pipeline.report.material import Material
from pipeline.report.stored_pictures import stored_pictures
from tests.pipeline.report.left import SCRIPT, path_of, picture


def test_pictures_are_found_and_read(material: Material) -> None:
    found = list(stored_pictures(material.split_files("test")))
    assert len(found) == 24
    assert [(each.path, each.label) for each in found[:2]] == [
        (path_of("cat", 0), "cat"),
        (path_of(SCRIPT, 0), SCRIPT),
    ]
    assert found[3].read() == picture(101)


@pytest.mark.parametrize("cut", [0, 5, 12, 500, -3])
def test_damaged_file_ends_where_it_is_damaged(material: Material, tmp_path: Path, cut: int) -> None:
    (whole,) = material.split_files("test")
    damaged = tmp_path / "examples"
    damaged.write_bytes(whole.read_bytes()[:cut])
    assert len(list(stored_pictures([damaged]))) == (23 if cut < 0 else 0)


def test_other_files_hold_no_pictures(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_bytes(b"\x10\0\0\0\0\0\0\0abcd" + b"no tf.Example at all, but long enough to be one")
    assert list(stored_pictures([other])) == []
