"""Heat over pictures: in its place, of the picture's size, readable without an eye for colour."""

import numpy as np
import pytest
from PIL import Image

from pipeline.prediction.explain import overlay
from tests import pictures


def _heat(row: int, column: int) -> np.ndarray:
    heat = np.zeros((7, 7), np.float32)
    heat[row, column] = 1
    return heat


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "RGBA", "CMYK"])
@pytest.mark.parametrize("size", [(1, 1), (3, 90), (200, 140)])
def test_picture_of_any_kind_keeps_its_size(mode: str, size: tuple[int, int]) -> None:
    drawn = overlay(Image.new("RGB", size, "teal").convert(mode), _heat(3, 3))
    assert (drawn.size, drawn.mode) == (size, "RGB")


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 6), (6, 0), (6, 6), (3, 5)])
def test_hot_place_is_coloured_and_a_cold_one_is_grey(row: int, column: int) -> None:
    drawn = np.asarray(overlay(Image.new("RGB", (140, 70), (90, 90, 90)), _heat(row, column)), np.float64)
    colour, lightness = np.ptp(drawn, axis=2), drawn.mean(axis=2)
    # The middle of the place on the grid; it is 20 pixels wide and 10 high.
    middle = 10 * row + 5, 20 * column + 10
    assert colour[middle] > 50
    assert lightness[middle] > 0.9 * lightness.max()
    assert colour[10 * (6 - row) + 5, 20 * ((column + 3) % 7) + 10] == 0


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_hotter_is_never_darker(shade: int) -> None:
    ramp = np.linspace(0, 1, 64, dtype=np.float32)[None]
    drawn = overlay(Image.new("L", (64, 1), shade), ramp).convert("L")
    lightness = np.asarray(drawn, np.float64)[0]
    assert lightness[-1] > lightness[0]
    if shade == 0:
        assert (np.diff(lightness) >= -1).all()


def test_nothing_hot_leaves_the_picture_grey() -> None:
    picture = pictures.noise(3, (40, 30))
    drawn = np.asarray(overlay(picture, np.zeros((7, 7), np.float32)))
    assert (np.ptp(drawn, axis=2) == 0).all()
    assert np.corrcoef(drawn[..., 0].ravel(), np.asarray(picture.convert("L")).ravel())[0, 1] > 0.99
