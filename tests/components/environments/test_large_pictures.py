"""Whole pictures, read where they lie; as many held as their bound says."""

import copy
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from components.environments import large_pictures
from components.environments.large_pictures import LargePictures
from components.environments.served_window import resized
from pipeline.errors import InputError
from tests.components.records import Row, png, write_records

CLASSES = ["cat", "dog"]
_NOISE = np.random.default_rng(6).integers(0, 256, (7, 30, 40, 3), dtype=np.uint8)
_ROWS: list[Row] = [(f"{place:064x}", CLASSES[place % 2], png(pixels)) for place, pixels in enumerate(_NOISE)]


@pytest.mark.parametrize("shards", [[[0, 1, 2, 3, 4, 5, 6]], [[5, 2], [], [6, 0, 3], [4, 1]]])
def test_order_is_that_of_ids_however_they_are_spread(tmp_path: Path, shards: list[list[int]]) -> None:
    files = [
        write_records(tmp_path / f"{number}", [_ROWS[place] for place in places])
        for number, places in enumerate(shards)
    ]
    pictures = LargePictures.of_split(files[::-1], CLASSES, side=16)
    assert (len(pictures), pictures.views, pictures.classes) == (7, 1, ("cat", "dog"))
    assert pictures.labels.tolist() == [0, 1, 0, 1, 0, 1, 0] and pictures.labels.dtype == np.int64
    assert [each.decode() for each in pictures.ids] == [row[0] for row in _ROWS]
    for row in (3, 0, 3, 6):
        picture = pictures.read(row, 0)
        assert picture in pictures.space and not picture.flags.writeable
        np.testing.assert_array_equal(picture, resized(_NOISE[row], 16))
        assert pictures.content(row) == _ROWS[row][2]


def test_few_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_pictures, "HELD_BYTES", 2 * 3 * 400 * 400)
    pictures = LargePictures.of_split([write_records(tmp_path / "a", _ROWS)], CLASSES, side=400)
    pictures.read(0)
    tracemalloc.start()
    for _ in range(3):
        for row in range(7):
            pictures.read(row)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(pictures._held) == 2
    assert most < 4 * 3 * 400 * 400
    assert pictures.read(6) is pictures.read(6)


def test_a_copy_is_itself(tmp_path: Path) -> None:
    pictures = LargePictures.of_split([write_records(tmp_path / "a", _ROWS)], CLASSES, side=4)
    assert copy.deepcopy(pictures) is pictures


def test_what_cannot_be_learnt_from_is_told(tmp_path: Path) -> None:
    file = write_records(tmp_path / "a", [*_ROWS, ("7", "cow", b"")])
    with pytest.raises(InputError, match="class 'cow' in .* is none of those that are learnt: cat, dog"):
        LargePictures.of_split([file], CLASSES, side=4)
    empty = write_records(tmp_path / "b", [])
    for files in ([empty], []):
        with pytest.raises(InputError, match="there is no picture in"):
            LargePictures.of_split(files, CLASSES, side=4)
