"""The `tuner` section: how many trials, and which depths they try."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.settings.tuner import TunerConfig


@pytest.mark.parametrize(
    ("settings", "depths"),
    [
        ({}, ()),
        ({"trials": 3}, ("10%", "20%")),
        ({"trials": 3, "search": ("dropout",)}, ()),
        ({"trials": 3, "unfreeze": ("head", "top", "30%", "top")}, ("top", "30%")),
        ({"trials": 1, "unfreeze": ("head",)}, ()),
    ],
)
def test_depths_are_those_that_are_tried(settings: dict[str, Any], depths: tuple[str, ...]) -> None:
    assert TunerConfig(**settings).depths() == depths


@pytest.mark.parametrize(
    ("settings", "deep"),
    [
        ({}, 0),
        ({"trials": 3}, 2),
        ({"trials": 20}, 2),
        ({"trials": 30}, 3),
        ({"trials": 100}, 10),
        ({"trials": 20, "unfreeze": ()}, 0),
        ({"trials": 20, "search": ("dropout",)}, 0),
        ({"trials": 20, "unfreeze": ("1%", "10%", "20%", "30%", "50%")}, 5),
    ],
)
def test_a_tenth_of_the_trials_is_deep(settings: dict[str, Any], deep: int) -> None:
    assert TunerConfig(**settings).deep_trials() == deep


@pytest.mark.parametrize("trials", [1, 2])
def test_trials_must_reach_the_depths(trials: int) -> None:
    with pytest.raises(ValidationError, match="trials must be more than the 2 depths of unfreeze"):
        TunerConfig(trials=trials)
