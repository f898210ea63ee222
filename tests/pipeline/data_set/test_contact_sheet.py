"""The contact sheet: as large as its tiles need, whole pictures, nothing drawn beyond the paper."""

import io

import numpy as np
import pytest
from PIL import Image

from pipeline.data_set import contact_sheet
from tests import pictures


def picture(size: tuple[int, int], colour: str) -> bytes:
    return pictures.encode(Image.new("RGB", size, colour), "PNG")


def test_every_row_of_tiles_adds_its_height() -> None:
    tile = (picture((40, 20), "red"), "a.png")
    one = contact_sheet.draw("title", {"cat": [tile]}, columns=4)
    full = contact_sheet.draw("title", {"cat": [tile] * 4}, columns=4)
    more = contact_sheet.draw("title", {"cat": [tile] * 5}, columns=4)
    assert one.size == full.size
    assert more.height > full.height
    assert more.width == full.width


def test_heading_without_pictures_is_left_out() -> None:
    tile = (picture((40, 20), "red"), "a.png")
    with_it = contact_sheet.draw("title", {"cat": [tile], "set aside (0)": []}, columns=4)
    assert with_it.size == contact_sheet.draw("title", {"cat": [tile]}, columns=4).size


def test_tile_shows_the_whole_picture_in_its_shape() -> None:
    sheet = contact_sheet.draw("", {"x": [(picture((400, 100), "red"), "")]}, columns=1)
    red = np.argwhere((np.asarray(sheet) == (255, 0, 0)).all(axis=2))
    height, width = red.max(axis=0) - red.min(axis=0) + 1
    assert width == pytest.approx(4 * height, abs=4)


def test_what_cannot_be_seen_has_a_tile_all_the_same() -> None:
    sheet = contact_sheet.draw("", {"x": [(None, "broken.jpg")]}, columns=1)
    assert len(set(map(tuple, np.asarray(sheet).reshape(-1, 3)))) > 2


@pytest.mark.parametrize("text", ["x" * 500, "line\nbreak", "é 猫", ""])
def test_any_name_fits(text: str) -> None:
    sheet = contact_sheet.draw(text, {text or "x": [(picture((9, 9), "blue"), text)]}, columns=2)
    assert (np.asarray(sheet)[:, -4:] == 255).all(), "the margin stays white"


def test_encoded_as_png() -> None:
    sheet = contact_sheet.draw("title", {"cat": [(picture((9, 9), "blue"), "a")]}, columns=2)
    with Image.open(io.BytesIO(contact_sheet.encode(sheet))) as image:
        assert (image.format, image.size) == ("PNG", sheet.size)
