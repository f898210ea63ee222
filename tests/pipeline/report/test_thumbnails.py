"""Small versions of pictures; what cannot be seen has none."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from pipeline.report.thumbnails import SIDE, thumbnail, thumbnails
from tests.pipeline.report.left import picture


def seen(address: str) -> Image.Image:
    head, _, content = address.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(content)))


def encoded(mode: str, size: tuple[int, int] = (300, 200)) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "I;16"])
def test_longer_side_is_brought_down(mode: str) -> None:
    small = thumbnail(encoded(mode))
    assert small is not None
    assert seen(small).size == (SIDE, 107)


def test_small_ones_stay_as_they_are() -> None:
    small = thumbnail(picture(1, (30, 20)))
    assert small is not None
    assert seen(small).size == (30, 20)


@pytest.mark.parametrize("content", [b"", b"no picture", picture(1)[:200], encoded("RGB")[:60]])
def test_what_is_no_picture_has_none(content: bytes) -> None:
    assert thumbnail(content) is None


def test_files_that_went_have_none(tmp_path: Path) -> None:
    there = tmp_path / "there.jpg"
    there.write_bytes(picture(1))
    found = thumbnails([there, tmp_path / "gone.jpg"], Path.read_bytes)
    assert [each is not None for each in found] == [True, False]
