"""What a policy earned, in the report."""

from typing import Any

import numpy as np
import pytest

from components.evaluator.intervals import mean
from components.evaluator.returns.episodes import Episode
from components.evaluator.returns.explanation import explain
from pipeline.report.material import Material
from pipeline.report.returns_section import (
    LAST,
    action_rows,
    cost_of_many,
    return_figures,
    return_rows,
    rival_section,
    shown_actions,
    slices_below,
)
from pipeline.settings.environment import ASK, DECISION, GLIMPSE
from pipeline.settings.evaluator import EvaluatorConfig
from tests.pipeline.report.left import QUOTES, SCRIPT
from tests.pipeline.report.left_policy import ABOUT, OTHER, episodes_of


def evaluation_of(environment: str, episodes: list[Episode], rivals: dict[str, Any] | None = None) -> Any:
    return explain(episodes, EvaluatorConfig(), ABOUT[environment], {}, rivals or {})["evaluation"]


def test_key_figures_of_a_decision(decision: Material) -> None:
    found = {each["name"]: each for each in return_figures(decision.evaluation, decision.episodes)}
    assert list(found) == [
        *("Mean return", "Cost per 1,000 pictures", "Share asked of a person", "Right where it answered"),
    ]
    assert found["Mean return"]["value"] == pytest.approx(-43.5 / 24)
    cost = found["Cost per 1,000 pictures"]
    assert cost["value"] == pytest.approx(43_500 / 24)
    assert cost["interval"][0] < cost["value"] < cost["interval"][1]
    assert (found["Share asked of a person"]["value"], cost["digits"]) == (0.25, 0)
    assert found["Right where it answered"]["value"] == pytest.approx(12 / 18)


@pytest.mark.parametrize(
    ("environment", "names"),
    [(GLIMPSE, ["Mean return", "Glimpses", "Right answers"]), (OTHER, ["Mean return", "Steps"])],
)
def test_key_figures_of_others(environment: str, names: list[str]) -> None:
    episodes = episodes_of(environment, 12)
    figures = return_figures(evaluation_of(environment, episodes), episodes)
    assert [each["name"] for each in figures] == names


def test_figures_without_the_episodes_and_of_a_single_one() -> None:
    (one,) = episodes_of(DECISION, 1)[:1]
    found = return_figures(evaluation_of(DECISION, [one]), [])
    assert [each["name"] for each in found][-1] == "Share asked of a person"
    assert found[0]["interval"] == (-2.5, -2.5)


def test_slices_have_bars_costs_and_shares(decision: Material) -> None:
    rows = return_rows(decision.evaluation)
    assert [row["name"] for row in rows] == ["overall", f"site={QUOTES}", "site=north"]
    assert min(row["bar"]["left"] for row in rows) == 0
    assert max(row["bar"]["left"] + row["bar"]["width"] for row in rows) == pytest.approx(100, abs=0.1)
    assert rows[0]["cost"] == cost_of_many(decision.evaluation["mean_return"])
    assert shown_actions(decision.evaluation) == ["cat", SCRIPT, ASK]
    assert rows[0]["shares"] == [0.375, 0.375, 0.25]
    assert not any(row["is_below"] for row in rows)


def test_slice_that_lies_below_the_whole_is_marked() -> None:
    figures = {"examples": 9, "mean_return": -2.0, "intervals": {"mean_return": [-3.0, -1.0]}, "actions": {}}
    whole = {**figures, "mean_return": -0.5, "intervals": {"mean_return": [-0.6, -0.4]}, "names": []}
    rows = return_rows({**whole, "slices": {"site=a": figures, "site=b": {**figures, "examples": 1}}})
    assert [row["is_below"] for row in rows] == [False, True, False]
    assert rows[0]["cost"] is None


def test_of_many_equal_slices_hardly_one_is_marked() -> None:
    generator = np.random.default_rng(4)
    marked = [bool(slices_below(_drawn(generator, [0.0] * 40))) for _ in range(400)]
    assert 0.01 <= np.mean(marked) <= 0.08
    assert slices_below(_drawn(generator, [0.0] * 39 + [-1.0])) == ["site=39"]


def _drawn(generator: np.random.Generator, means: list[float]) -> dict[str, Any]:
    """Slices of 60 returns with these means, about a whole of 0."""
    slices = {}
    for place, each in enumerate(means):
        returns = each + generator.normal(size=60)
        figures = {"examples": 60, "mean_return": returns.mean(), "intervals": {"mean_return": mean(returns)}}
        slices[f"site={place}"] = figures
    return {"mean_return": 0.0, "slices": slices}


def test_many_actions_are_a_table_and_not_columns() -> None:
    shares = {f"a{number}": (number + 1) / 465 for number in range(30)}
    evaluation = {"names": list(shares), "actions": shares, "examples": 465}
    assert shown_actions(evaluation) == []
    rows, more = action_rows(evaluation)
    assert (rows[0]["name"], rows[0]["count"], len(rows), more) == ("a29", 30, 24, 6)


def test_rivals_stand_in_their_order_with_this_policy_among_them(decision: Material) -> None:
    found = rival_section(decision.evaluation)
    assert [row["name"] for row in found["rows"]][:3] == [f"{QUOTES} below 0.5", LAST, "this policy"]
    words = {row["name"]: row["word"] for row in found["rows"] if not row["is_own"]}
    assert words == {
        f"{QUOTES} below 0.5": "less",
        f"always {ASK}": "more",
        "argmax of the classifier": "not told apart",
        LAST: "not told apart",
    }
    best = found["best"]
    assert (best["name"], best["saved"]) == (f"{QUOTES} below 0.5", pytest.approx(-1000))
    assert 0 < best["bar"]["at"] < best["bar"]["zero"] < 100


def test_rivals_without_costs_without_any_and_the_same() -> None:
    episodes = episodes_of(GLIMPSE, 2, has_baseline=False)
    assert rival_section(evaluation_of(GLIMPSE, episodes)) == {}
    rewards = [episode.reward for episode in episodes]
    found = rival_section(evaluation_of(GLIMPSE, episodes, {"itself": np.array(rewards)}))
    assert (found["best"]["word"], found["best"]["cost"], found["best"]["saved"]) == ("the same", None, None)


def test_one_episode_tells_nothing_apart() -> None:
    episodes = episodes_of(OTHER, 1, has_baseline=False)[:1]
    found = rival_section(evaluation_of(OTHER, episodes, {"worse": np.array([-9.0])}))
    assert found["best"]["word"] == "not told apart"
