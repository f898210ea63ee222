"""What the Evaluator found of a policy, in the terminal."""

import io

import numpy as np
import pytest
from rich.console import Console

from components.evaluator.returns.explanation import explain
from pipeline.runners.returns_text import actions_line, last_line, returns_table, rivals_table
from pipeline.settings.evaluator import EvaluatorConfig
from tests.components.evaluator.returns.made import episode
from tests.pipeline.runners.ended import line_with, summary, text_of

EPISODES = [
    episode(reward, number, action=action, columns={"site": site}, steps=steps, baseline=-0.5)
    for number, (reward, action, site, steps) in enumerate(
        [(0.0, "cat", "[north]", 1), (-1.0, "dog", "[north]", 3), (-0.5, "cat", "south", 2)]
    )
]
FIXED, RIVALS = {"always cat": np.array([0.0, -2.0, -1.0])}, {"argmax of [it]": np.array([0.0, 0.0, -0.5])}
EVALUATION = explain(
    EPISODES,
    EvaluatorConfig(slices=("site",)),
    {"environment": "graft/Decision-v0", "names": ["cat", "dog"]},
    FIXED,
    RIVALS,
)["evaluation"]


def _text(*printed: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    for each in printed:
        console.print(each)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_a_slice_a_row() -> None:
    text = _text(returns_table(EVALUATION))
    assert "test split" in text
    assert line_with(text, "slice").split() == ["slice", "episodes", "mean", "return", "95", "%", "steps"]
    for name, count, mean, steps in (
        ("overall", "3", "-0.5000", "2.00"),
        ("site=[north]", "2", "-0.5000", "2.00"),
        ("site=south", "1", "-0.5000", "2.00"),
    ):
        found = line_with(text, name).split()
        assert (found[:3], found[-1]) == ([name, count, mean], steps)


def test_episodes_of_no_pictures_are_of_no_split() -> None:
    text = _text(returns_table({**EVALUATION, "environment": "CarRacing-v3"}))
    assert "held-out episodes" in text
    assert "split" not in text


def test_how_often_each_action_ended_an_episode() -> None:
    assert actions_line(EVALUATION).plain == "it ended with: cat 66.7%, dog 33.3%"


def test_rivals_the_best_first() -> None:
    lines = [line.split() for line in _text(rivals_table(EVALUATION)).splitlines()]
    found = [line for line in lines if line and line[0] in ("always", "argmax")]
    assert found[0][:5] == ["argmax", "of", "[it]", "-0.1667", "-0.3333"]
    assert found[1][:4] == ["always", "cat", "-1.0000", "+0.5000"]


def test_against_the_last_blessed_policy() -> None:
    line = last_line(EVALUATION["comparison"]).plain
    assert line.startswith("against the last blessed model, which earns -0.5000 here: +0.0000 (")


@pytest.mark.parametrize("is_first", [True, False])
def test_print_summary_of_a_policy(is_first: bool) -> None:
    evaluation = {**EVALUATION, **({"comparison": {}, "rivals": {}} if is_first else {})}
    training = [
        {"name": "head", "steps": 640, "eval_return": -0.25, "kept_step": 320, "score": -0.25, "curve": []}
    ]
    text = text_of(summary(evaluation=evaluation, training=training, task="reinforcement"), width=120)
    assert "it ended with: cat 66.7%" in text
    assert ("argmax of [it]" in text) == ("last blessed" in text) == (not is_first)
