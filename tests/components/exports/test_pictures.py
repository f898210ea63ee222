"""Some pictures of a split."""

from pathlib import Path

import pytest
import tensorflow as tf

from components.exports.pictures import SomePictures
from tests.components.exports.models import grey_examples


@pytest.mark.parametrize(
    ("there", "wanted", "taken"),
    [(7, 20, [0, 1, 2, 3, 4, 5, 6]), (7, 3, [0, 3, 6]), (8, 4, [0, 2, 4, 6]), (0, 4, [])],
)
def test_every_so_many_th_picture(tmp_path: Path, there: int, wanted: int, taken: list[int]) -> None:
    examples = grey_examples(tmp_path, {"eval": [250], "test": range(there)})
    pictures = SomePictures(examples, "test", wanted)
    batches = list(pictures.batches(2))
    shades = [int(tf.io.decode_png(each)[0, 0, 0]) for batch in batches for each in batch]
    assert shades == taken
    assert pictures.count == len(taken)
    assert [len(batch) for batch in batches] == [2] * (len(taken) // 2) + [1] * (len(taken) % 2)
