"""Files that appear whole or not at all."""

from pathlib import Path

import pytest

from pipeline.whole_file import write_whole


@pytest.mark.parametrize("content", ["nächster", "nächster".encode()])
def test_file_is_replaced_and_nothing_else_is_left(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "report.html"
    file.write_text("before")
    assert write_whole(file, content) == file
    assert file.read_text(encoding="utf-8") == "nächster"
    assert list(tmp_path.iterdir()) == [file]


def test_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")
    assert file.read_text() == "before"


def test_nothing_is_left_of_an_attempt(tmp_path: Path) -> None:
    folder = tmp_path / "report.html"
    folder.mkdir()
    with pytest.raises(IsADirectoryError) as error:
        write_whole(folder, "after")
    assert error.value.filename == str(folder)
    assert list(tmp_path.iterdir()) == [folder]
