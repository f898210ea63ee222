"""The way of a window: in percent, from edge to edge."""

import pytest

from pipeline.report.glimpses import way_of


def test_windows_reach_from_edge_to_edge() -> None:
    way = way_of([(0, 0), (3, 3)], window=0.4, positions=4)
    assert way["side"] == 40
    assert way["windows"] == [(0, 0)]
    assert way["last"] == (60, 60)
    assert way["line"] == "20.0,20.0 80.0,80.0"
    assert way["end"] == (80, 80)
    assert way["words"] == "column 1 row 1, column 4 row 4"


@pytest.mark.parametrize("places", [[(1, 1)], [(1, 1), (1, 1)]])
def test_one_that_did_not_move_has_no_window_but_the_last(places: list[tuple[int, int]]) -> None:
    way = way_of(places, window=0.5, positions=3)
    assert way["windows"] == []
    assert way["last"] == (25, 25)


def test_places_are_columns_and_rows_and_each_is_drawn_once() -> None:
    way = way_of([(1, 0), (0, 0), (1, 0), (1, 1)], window=0.5, positions=2)
    assert way["windows"] == [(50, 0), (0, 0)]
    assert way["last"] == (50, 50)
