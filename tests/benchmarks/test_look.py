"""Names beside lines keep apart and move no further than they must; numbers read well."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.look import COLOURS, apart, number

HEIGHTS = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@given(HEIGHTS)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_names_keep_apart_in_their_order(heights: list[float]) -> None:
    moved = apart(heights, 0.06)
    order = np.argsort(heights, kind="stable")
    assert (np.diff(np.array(moved)[order]) >= 0.06 - 1e-9).all()
    assert np.mean(moved) == pytest.approx(np.mean(heights))


def test_names_that_are_apart_stay() -> None:
    assert apart([0.5, 0.1, 0.9], 0.06) == pytest.approx([0.5, 0.1, 0.9])


def test_names_that_touch_share_the_way() -> None:
    assert apart([0.5, 0.5], 0.1) == pytest.approx([0.45, 0.55])


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.8854, "0.885"), (12.34, "12.3"), (104.4, "104"), (50_000, "50,000")]
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_text_in_every_colour_can_be_read_on_white() -> None:
    for colour in COLOURS:
        channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        contrast = 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)
        assert contrast >= 4.5, f"{colour}: WCAG 2 asks for 4.5"
