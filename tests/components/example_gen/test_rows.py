"""Rows go to workers and come back equal."""

import pickle

from components.example_gen.files import Place
from components.example_gen.rows import Row


def test_row_travels() -> None:
    row = Row(Place("/data", "a.tar", 512, 100), "a.tar/0.jpg", "cat", "train", "7", 0.5, {"site": "x"}, 3)
    assert pickle.loads(pickle.dumps(row)) == row


def test_rows_do_not_share_their_columns() -> None:
    rows = [Row(Place("/data", name), name, "cat") for name in ("a", "b")]
    assert rows[0].columns == {}
    assert rows[0].columns is not rows[1].columns
