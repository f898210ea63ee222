"""Files that appear whole or not at all."""

from pathlib import Path

import pytest

from pipeline.report.output import write_whole


def test_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("before")
    assert write_whole(file, "after") == file
    assert file.read_text() == "after"
    assert list(tmp_path.iterdir()) == [file]


def test_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")
    assert file.read_text() == "before"
