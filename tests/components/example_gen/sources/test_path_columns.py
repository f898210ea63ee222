"""Columns from paths, and groups from columns."""

from pathlib import Path

from components.example_gen.sources import column_names
from tests.components.example_gen.sources.makers import folders, message, pictures_in, rows_of


def patients(root: Path) -> Path:
    return pictures_in(root, *(f"{label}/p{n % 2}_{n}.jpg" for label in ("cat", "dog") for n in range(4)))


def test_named_groups_become_columns(tmp_path: Path) -> None:
    rows = rows_of(patients(tmp_path), path_pattern=r"p(?P<patient>\d+)_(?P<shot>\d+)")
    assert column_names(rows) == ["patient", "shot"]
    assert [row.columns for row in rows][:2] == [{"patient": "0", "shot": "0"}, {"patient": "0", "shot": "2"}]


def test_group_by_a_part_of_the_path(tmp_path: Path) -> None:
    rows = rows_of(patients(tmp_path), path_pattern=r"p(?P<patient>\d+)_", columns={"group": "patient"})
    assert {row.path: row.group for row in rows}["dog/p1_3.jpg"] == "1"


def test_path_that_does_not_fit(tmp_path: Path) -> None:
    folders(patients(tmp_path), owl=3)
    rows = rows_of(tmp_path, path_pattern=r"p(?P<patient>\d+)_", columns={"group": "patient"})
    owls = [row for row in rows if row.label == "owl"]
    assert [(row.columns, row.group) for row in owls] == [({"patient": ""}, None)] * 3


def test_pattern_that_fits_nothing(tmp_path: Path) -> None:
    text = message(folders(tmp_path, cat=3, dog=3), path_pattern="(?P<a>nothing)")
    assert "fits no path" in text
    assert "'cat/0.jpg'" in text


def test_pattern_with_the_name_of_a_column(tmp_path: Path) -> None:
    pictures_in(folders(tmp_path, cat=3, dog=3), "cat/deep/0.jpg")
    assert "`folder`, which is a column already" in message(tmp_path, path_pattern="(?P<folder>cat|dog)")


def test_group_that_is_not_there(tmp_path: Path) -> None:
    text = message(patients(tmp_path), columns={"group": "sender"}, path_pattern=r"p(?P<patient>\d+)_")
    assert "no column `sender`. It has: `patient`. Set data.columns.group" in text
