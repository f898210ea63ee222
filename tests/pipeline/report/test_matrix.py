"""Confusion matrices for the page's script."""

import numpy as np

from pipeline.report.material import Material
from pipeline.report.matrix import MOST_PAIRS, matrix_data, most_confused
from tests.pipeline.report.left import LABELS, QUOTES, path_of


def test_most_confused_come_first_and_the_rest_is_counted() -> None:
    assert most_confused([[9, 1, 4], [0, 9, 0], [2, 0, 9]]) == ([[0, 2, 4], [2, 0, 2], [0, 1, 1]], 0)
    shown, more = most_confused(np.ones((8, 8), int).tolist())
    assert (len(shown), more) == (MOST_PAIRS, 8 * 7 - MOST_PAIRS)


def test_pictures_know_their_cells_and_slices(material: Material) -> None:
    shown = {path_of("cat", 0): "data:a", path_of("cat", 4): "data:b"}
    found = matrix_data(material, shown)
    assert found["labels"] == LABELS
    assert [each["name"] for each in found["slices"]] == ["overall", f"site={QUOTES}", "site=north"]
    assert found["slices"][0]["cells"] == [[0, 0, 9], [0, 1, 3], [1, 0, 3], [1, 1, 9]]
    assert found["slices"][2]["cells"] == [[0, 0, 3], [0, 1, 1], [1, 0, 1], [1, 1, 3]]
    assert [(each["path"], each["label"], each["answer"], each["in"]) for each in found["pictures"]] == [
        (path_of("cat", 4), 0, 0, [0, 1]),
        (path_of("cat", 0), 0, 1, [0, 2]),
    ]
    assert [found["sources"][each["source"]] for each in found["pictures"]] == ["data:b", "data:a"]
