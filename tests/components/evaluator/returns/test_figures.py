"""Mean returns, slice by slice, and beside those of others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from components.evaluator.returns.figures import figures_of, gain_over, interval_of, slices_of
from tests.components.evaluator.returns.made import episode, episodes


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30))
def test_the_interval_is_students(rewards: list[float]) -> None:
    figures = figures_of(episodes(*rewards))
    assert figures["mean_return"] == pytest.approx(np.mean(rewards))
    error = stats.sem(rewards)
    if error > 1e-9:
        expected = stats.t.interval(0.95, len(rewards) - 1, np.mean(rewards), error)
        assert figures["intervals"]["mean_return"] == pytest.approx(expected)


def test_one_episode_stands_for_itself() -> None:
    assert figures_of(episodes(-2))["intervals"]["mean_return"] == (-2, -2)
    assert interval_of(np.array([3.0])) == (3, 3)


def test_actions_are_counted_by_what_ended_the_episode() -> None:
    found = figures_of([episode(0, action="dog"), episode(0, action="cat"), episode(0, action="dog")])
    assert found["actions"] == {"cat": pytest.approx(1 / 3), "dog": pytest.approx(2 / 3)}


def test_each_episode_lies_in_one_slice_of_a_crossing() -> None:
    north, south = {"site": "north", "shade": "x"}, {"site": "south", "shade": "x"}
    made = [episode(1, 0, columns=north), episode(2, 1, columns=south), episode(3, 2, columns=south)]
    found = slices_of(made, [("site",), ("shade", "site")])
    assert list(found) == ["overall", "shade=x,site=north", "shade=x,site=south", "site=north", "site=south"]
    assert [each.reward for each in found["site=south"]] == [2, 3]
    assert found["overall"] == made


def test_columns_that_no_episode_has_make_no_slices() -> None:
    assert list(slices_of([episode(1, columns={})], [("site",)])) == ["overall"]


def test_a_gain_is_judged_picture_by_picture() -> None:
    gain = gain_over(episodes(1, 2, 3), np.array([0.0, 1, 2]))
    assert (gain["mean_return"], gain["gain"]) == (1, 1)
    assert gain["interval"] == (1, 1)  # always better by as much: nothing is left to chance
