"""Explanations land in their folder, under names that cannot collide, whole or not at all."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import InputError
from pipeline.prediction.explain_folder import ExplainFolder, file_name
from tests import pictures

HEAT = np.eye(7, dtype=np.float32)
ODD = (
    "a.jpg",
    "../../etc/a.jpg",
    "/a.jpg",
    "..",
    ".a.jpg",
    "-rf.jpg",
    "x" * 400,
    "写真.png",
    "odd\udcff.png",
)


@pytest.mark.parametrize("name", ["two\nlines.jpg", "\x1b[31m.jpg", "a\\b.jpg", "a/", "", *ODD])
def test_odd_name_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    path = ExplainFolder(tmp_path / "out").write(name, pictures.jpeg(), HEAT)
    assert [str(file) for file in (tmp_path / "out").iterdir()] == [path]
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    with Image.open(path) as drawn:
        assert (drawn.size, drawn.format) == ((32, 24), "JPEG")


@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=300), min_size=2, max_size=8))
def test_other_paths_have_other_names(paths: list[str]) -> None:
    files = {os.path.abspath(path) for path in paths}
    try:
        names = {file_name(path) for path in paths}
    except UnicodeEncodeError:  # half a surrogate pair: no file is called so
        return
    assert len(names) == len(files)
    for name in names:
        assert os.path.basename(name) == name
        assert name.isprintable() and name[0] not in ".-"
        assert len(os.fsencode(name)) < 230


def test_same_name_in_other_folders_and_same_file_by_another_path() -> None:
    assert file_name("a/x.jpg") != file_name("b/x.jpg")
    assert file_name("x.jpg") != file_name("x.png")
    assert file_name("a/../x.jpg") == file_name("./x.jpg") == file_name(os.path.abspath("x.jpg"))


def test_large_picture_is_drawn_small(tmp_path: Path) -> None:
    content = pictures.encode(Image.new("RGB", (4000, 30), "white"), "PNG")
    with Image.open(ExplainFolder(tmp_path).write("long.png", content, HEAT)) as drawn:
        assert drawn.size == (1600, 12)


def test_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="--explain: cannot write to `.*out`: File exists"):
        ExplainFolder(tmp_path / "out")
    with pytest.raises(InputError, match="--explain: cannot write to `.*below`: Not a directory"):
        ExplainFolder(tmp_path / "out" / "below")


def test_folder_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> io.BytesIO:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(InputError, match="cannot write to `.*`: Permission denied"):
        ExplainFolder(tmp_path)


def test_full_disk_leaves_what_was_there_and_no_half_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ExplainFolder(tmp_path)
    path = Path(folder.write("a.jpg", pictures.jpeg(), HEAT))
    before, content = path.read_bytes(), pictures.jpeg()

    def fill(_: Image.Image, file: Path, *__: object, **___: object) -> None:
        Path(file).write_bytes(before[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", fill)
    with pytest.raises(InputError, match="No space left on device"):
        folder.write("a.jpg", content, HEAT)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
