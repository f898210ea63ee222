"""Bounds on what a policy earns."""

import numpy as np
import pytest

from components.evaluator.returns.gate import comparison_of, judge
from pipeline.settings.evaluator import ReturnsConfig
from tests.components.evaluator.returns.made import episode, episodes

OPEN = ReturnsConfig(beats_fixed=False)


@pytest.mark.parametrize(("bound", "state"), [(-1.5, "held"), (-1.0, "held"), (-0.9, "failed")])
def test_at_least(bound: float, state: str) -> None:
    (verdict,) = judge(ReturnsConfig(at_least=bound, beats_fixed=False), episodes(0, -2), {})
    assert (verdict.state, verdict.value, verdict.examples) == (state, -1, 2)
    if state == "failed":
        assert verdict.reason == "mean_return on overall is -1.0000, at_least is -0.9000"
        assert [each["path"] for each in verdict.pictures] == ["1.jpg", "0.jpg"]  # what cost most comes first


@pytest.mark.parametrize(("fixed", "state"), [(-1.5, "held"), (-1.0, "held"), (-0.5, "failed")])
def test_no_worse_than_one_action_for_all(fixed: float, state: str) -> None:
    (verdict,) = judge(ReturnsConfig(), episodes(0, -2), {"always dog": np.array([fixed, fixed])})
    assert verdict.state == state
    assert ("`always dog` earns -0.5000" in verdict.reason) == (state == "failed")


def test_a_bound_that_is_not_asked_for_is_not_judged() -> None:
    assert judge(OPEN, episodes(0, -2), {"always dog": np.array([5.0, 5])}) == []


@pytest.mark.parametrize(("before", "state"), [(-1.2, "held"), (-0.9, "held"), (-0.8, "failed")])
def test_max_drop(before: float, state: str) -> None:
    made = episodes(0, -2, baseline=before)
    (verdict,) = judge(ReturnsConfig(max_drop=0.1, beats_fixed=False), made, {})
    assert (verdict.state, verdict.baseline) == (state, pytest.approx(before))


def test_there_is_no_drop_without_a_baseline() -> None:
    (verdict,) = judge(ReturnsConfig(max_drop=0, beats_fixed=False), episodes(0, -2), {})
    assert verdict.state == "held"


def test_an_environment_without_pictures_names_none() -> None:
    (verdict,) = judge(ReturnsConfig(at_least=0), episodes(-1, -2, probability=None), {})
    assert (verdict.state, verdict.pictures) == ("failed", ())


def test_comparison() -> None:
    assert comparison_of([episode(1), episode(2, baseline=1.0)]) == {}
    assert comparison_of([episode(1, baseline=0.5), episode(2, baseline=1.5)])["gain"] == 0.5
