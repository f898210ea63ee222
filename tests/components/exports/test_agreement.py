"""How well two models agree."""

import numpy as np
import pytest

from components.exports.agreement import Agreement, compare, joined

SURE = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)


def test_labels_and_the_largest_difference() -> None:
    other = np.array([[0.9, 0.1], [0.55, 0.45]], np.float32)
    found = compare(SURE, other)
    assert (found.pictures, found.agreement) == (2, 0.5)
    assert found.largest_difference == pytest.approx(0.35)
    assert compare(SURE, SURE) == Agreement(2, 1.0, 0.0)


def test_no_number_is_no_answer() -> None:
    broken = np.array([[0.9, np.nan], [0.2, 0.8]], np.float32)
    assert compare(SURE, broken).largest_difference == 1.0


def test_parts_make_the_whole() -> None:
    parts = [Agreement(3, 1.0, 0.1), Agreement(1, 0.0, 0.4)]
    assert joined(parts) == Agreement(4, 0.75, 0.4)


def test_nobody_disagrees_on_no_pictures() -> None:
    none = np.zeros((0, 2), np.float32)
    assert compare(none, none) == joined([]) == Agreement(0, 1.0, 0.0)
