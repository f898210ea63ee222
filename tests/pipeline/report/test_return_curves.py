"""Curves of a training by reward."""

from typing import Any

from pipeline.report.return_curves import return_charts
from tests.pipeline.report.left_policy import point


def phase(name: str, kept: int, length: float = 1.0, points: int = 3) -> dict[str, Any]:
    curve = [point(1000 * number, length) for number in range(points)]
    return {"name": name, "steps": 2000, "kept_step": kept, "curve": curve}


def test_returns_and_entropy_are_drawn_and_told() -> None:
    returns, entropy = return_charts([phase("head", 2000), phase("fine", 0)], "t")
    assert "phase head: 2000 steps, from -0.800 to -0.267; phase fine: 2000 steps" in returns
    for text in ("head", "fine", "kept", "train", "eval", "1.6k"):
        assert f">{text}</text>" in returns
    assert "Entropy of the policy, in nats by steps taken; phase head: 2000 steps, from 0.500" in entropy
    assert ">kept</text>" not in entropy
    assert "nan" not in returns.lower()


def test_episodes_of_several_steps_have_their_lengths() -> None:
    *_, lengths = return_charts([phase("head", 0, length=7.5)], "t")
    assert "Steps of an episode by steps taken; phase head: 2000 steps, from 7.500 to 7.500" in lengths


def test_one_judgement_and_none() -> None:
    assert len(return_charts([phase("head", 0, points=1)], "t")) == 2
    assert return_charts([{"name": "head", "steps": 0, "kept_step": 0, "curve": []}], "t") == []
    assert return_charts([], "t") == []
