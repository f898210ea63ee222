"""Where the window lies: evenly, from edge to edge, and never beyond."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.environments.window import (
    LARGEST_SIDE,
    moved,
    numbers,
    numbers_count,
    offsets,
    picture_side,
    start,
    window,
    window_size,
)
from pipeline.errors import InputError
from pipeline.settings.environment import GlimpseConfig

CONFIGS = st.builds(
    GlimpseConfig, window=st.floats(0.1, 1), positions=st.integers(2, 9), budget=st.integers(1, 9)
)


@settings(max_examples=200, deadline=None)
@given(CONFIGS, st.integers(1, 400))
def test_windows_have_the_size_that_was_asked_for_and_reach_from_edge_to_edge(
    config: GlimpseConfig, size: int
) -> None:
    side = picture_side(size, config)
    assert window_size(side, config) == size
    begin = offsets(side, config)
    assert (begin[0], begin[-1] + size) == (0, side)
    assert np.ptp(np.diff(begin)) <= 1


def test_window_is_a_part_of_the_picture() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (10, 10, 3), dtype=np.uint8)
    config = GlimpseConfig(window=0.4, positions=4)
    seen = window(picture, 1, 3, config)
    np.testing.assert_array_equal(seen, picture[6:10, 2:6])
    seen[...] = 0
    assert picture.any()


def test_too_small_a_window_is_refused() -> None:
    assert picture_side(224, GlimpseConfig(window=0.0547)) <= LARGEST_SIDE
    with pytest.raises(InputError, match="glimpse.window .0.01. is too small.* Raise it to 0.055 or more"):
        picture_side(224, GlimpseConfig(window=0.01))


@settings(max_examples=100, deadline=None)
@given(CONFIGS, st.lists(st.integers(0, 3), max_size=30))
def test_moves_stay_inside(config: GlimpseConfig, actions: list[int]) -> None:
    place = start(config)
    for action in actions:
        before, place = place, moved(place, action, config)
        assert 0 <= min(place) <= max(place) < config.positions
        step = (place[0] - before[0], place[1] - before[1])
        wanted = [(-1, 0), (1, 0), (0, -1), (0, 1)][action]
        is_at_border = (before[action // 2]) == (config.positions - 1 if action % 2 else 0)
        assert step == ((0, 0) if is_at_border else wanted)


def test_numbers_by_hand() -> None:
    config = GlimpseConfig(positions=3, budget=4)
    visited = np.zeros(9, bool)
    visited[[4, 5]] = True
    known = numbers(2, 1, 3, visited, config)
    np.testing.assert_array_equal(known, np.float32([1, 0.5, 0.25, 0, 0, 0, 0, 1, 1, 0, 0, 0]))
    assert (known.dtype, len(known)) == (np.float32, numbers_count(config))
    assert numbers(0, 0, 0, visited, config)[2] == 1
    assert numbers(0, 0, 4, visited, config)[2] == 0
