"""Limits of a policy follow from its data and its returns, and from nothing else."""

from typing import Any

from pipeline.report.policy_limits import policy_limits
from pipeline.report.returns_section import LESS, MORE, SAME, UNKNOWN
from pipeline.settings.environment import ASK


def told(
    rivals: dict[str, Any] | None = None, counts: dict[str, int] | None = None, **changes: Any
) -> list[str]:
    evaluation = {"names": ["a", "b"], "actions": {"a": 1.0}, "mean_return": 0.5, "examples": 500, **changes}
    data = {"counts": {"train": counts or {}}, "findings": []}
    return policy_limits({"evaluation": evaluation, "data": data}, rivals or {})


def test_good_policy_has_the_limits_that_all_have() -> None:
    scope, others = told()
    assert "one of its 2 actions whatever it is shown" in scope
    assert "was not measured" in others


def test_costs_and_a_person_are_assumptions() -> None:
    _, costs, person, _ = told(costs={"a": {"b": 1.0}}, actions={ASK: 0.1})
    assert "under these costs" in costs
    assert "taken to be always right" in person


def test_rivals_that_are_not_beaten_are_named() -> None:
    def last(word: str) -> str:
        return told({"best": {"name": "argmax", "gain": -0.25, "interval": [-0.5, 0.1], "word": word}})[-1]

    assert last(LESS).endswith("more than chance explains: -0.250 (-0.500 to 0.100).")
    assert last(SAME) == "It earns no more than argmax on the same episodes."
    assert last(UNKNOWN).startswith("Between it and argmax, chance alone")
    assert "was not measured" in last(MORE)


def test_few_episodes_slices_and_pictures_are_named() -> None:
    low = {"examples": 80, "mean_return": 0.1, "intervals": {"mean_return": [0.0, 0.2]}}
    high = {"examples": 7, "mean_return": 0.9, "intervals": {"mean_return": [0.8, 1.0]}}
    few, below, small, learnt = told(
        examples=1, slices={"x=1": low, "x=2": high}, counts={"a": 12, "b": 900}
    )[2:]
    assert few == "It was judged by 1 episode: see the intervals."
    assert below.endswith("on x=1 (0.100, 0.000 to 0.200).")
    assert small == "Little is known of slices with fewer than 50 test pictures: x=2."
    assert learnt == "It learnt from fewer than 100 pictures of a."
