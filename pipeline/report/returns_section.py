"""What a policy earned on test: key figures, slices, last actions, and what others earn in its place."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.evaluator.chance import chance_of_as_little, holm
from components.evaluator.intervals import wilson
from components.evaluator.returns.episodes import Episode
from pipeline.report.evaluation_section import bar, shown_slices
from pipeline.settings.environment import ASK, DECISION, GLIMPSE

MORE, LESS, SAME, UNKNOWN = "more", "less", "the same", "not told apart"
"""What the policy earns, held against another one."""
LAST = "the last blessed policy"
FIXED = "always "
"""Names of rivals that take one action, whatever they see, begin so."""
_MANY = 1000
"""Costs are told of so many pictures."""
_ACTIONS_SHOWN = 24
_ACTIONS_ABREAST = 6
"""Beyond them the table of slices is too wide to read."""


def return_figures(evaluation: Mapping[str, Any], episodes: Sequence[Episode]) -> list[dict[str, Any]]:
    """As `evaluation_section.key_figures`: what says most, overall.

    Args:
        evaluation: of a policy.
        episodes: that it is of; empty where they are gone.
    """
    ends = evaluation["intervals"]["mean_return"]
    figures = [_figure("Mean return", evaluation["mean_return"], ends)]
    if "costs" in evaluation:
        low, high = sorted(map(cost_of_many, ends))
        figures.append(
            _figure(f"Cost per {_MANY:,} pictures", cost_of_many(evaluation["mean_return"]), (low, high), 0)
        )
    if evaluation["environment"] == DECISION:
        total = evaluation["examples"]
        share = evaluation["actions"].get(ASK, 0.0)
        figures.append(_figure("Share asked of a person", share, wilson(round(share * total), total)))
    if evaluation["environment"] != DECISION:
        name = "Glimpses" if evaluation["environment"] == GLIMPSE else "Steps"
        figures.append(_figure(name, evaluation["mean_steps"], None, 2))
    answered = [episode for episode in episodes if episode.label and episode.action != ASK]
    if answered:
        right = sum(episode.action == episode.label for episode in answered)
        name = "Right where it answered" if evaluation["environment"] == DECISION else "Right answers"
        figures.append(_figure(name, right / len(answered), wilson(right, len(answered))))
    return figures


def _figure(name: str, value: float, ends: Sequence[float] | None, digits: int = 3) -> dict[str, Any]:
    return {"name": name, "value": value, "interval": ends, "most": None, "digits": digits}


def cost_of_many(mean_return: float) -> float:
    """Of 1,000 pictures, where a reward is the cost with its sign turned."""
    return -_MANY * mean_return + 0.0


def return_rows(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Figures of each slice, `overall` first, with a bar of the mean return's interval.

    Returns:
        The slice's own figures; `name`, `bar`, whether it is among `slices_below` the whole, `cost` of 1,000
        pictures where there are costs, else `None`; `shares` of the actions, in the order of `shown_actions`.
    """
    slices, below = shown_slices(evaluation), slices_below(evaluation)
    ends = [end for each in slices.values() for end in each["intervals"]["mean_return"]]
    return [
        {
            **each,
            "name": name,
            "bar": bar(each["mean_return"], each["intervals"]["mean_return"], min(ends), max(ends)),
            "is_below": name in below,
            "cost": cost_of_many(each["mean_return"]) if "costs" in evaluation else None,
            "shares": [each["actions"].get(action, 0.0) for action in shown_actions(evaluation)],
        }
        for name, each in slices.items()
    ]


def slices_below(evaluation: Mapping[str, Any]) -> list[str]:
    """Those that earn less than the mean of all by more than chance explains, many as were looked at.

    Of one episode nothing can be said.
    """
    slices = {name: each for name, each in evaluation.get("slices", {}).items() if each["examples"] > 1}
    whole = evaluation["mean_return"]
    chances = [
        chance_of_as_little(each["mean_return"], each["intervals"]["mean_return"], each["examples"], whole)
        for each in slices.values()
    ]
    return [name for name, is_below in zip(slices, holm(chances), strict=True) if is_below]


def shown_actions(evaluation: Mapping[str, Any]) -> list[str]:
    """Those that ended an episode, where they are few enough to stand beside one another; else none."""
    taken = [name for name in evaluation["names"] if name in evaluation["actions"]]
    return taken if len(taken) <= _ACTIONS_ABREAST else []


def action_rows(evaluation: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """The last actions, the most frequent first, and how many more there are than are listed."""
    ranked = sorted(evaluation["actions"].items(), key=lambda item: -item[1])
    total = evaluation["examples"]
    rows = [
        {
            "name": name,
            "count": round(share * total),
            "share": share,
            "interval": wilson(round(share * total), total),
        }
        for name, share in ranked[:_ACTIONS_SHOWN]
    ]
    return rows, max(0, len(ranked) - _ACTIONS_SHOWN)


def rival_section(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """What others earn in the same episodes; empty without any.

    Returns:
        `rows`, those that earn most first, this policy (`is_own`) among them: `name`, `mean_return`, `cost`
        of 1,000 pictures or `None`, and of the others the `gain` over them with `interval`, `bar`, `word`,
        and `saved` with `saved_interval`, the gain in cost; `best`, of the others.
    """
    others = {**evaluation["rivals"], **_last(evaluation)}
    if not others:
        return {}
    ends = [end for each in others.values() for end in (*each["interval"], 0.0)]
    rows = [_rival(name, each, ends, evaluation) for name, each in others.items()]
    best = max(rows, key=lambda row: row["mean_return"])
    cost = cost_of_many(evaluation["mean_return"]) if "costs" in evaluation else None
    own = {"name": "this policy", "is_own": True, "mean_return": evaluation["mean_return"], "cost": cost}
    return {"rows": sorted([own, *rows], key=lambda row: -row["mean_return"]), "best": best}


def _last(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    comparison = evaluation.get("comparison")
    return {LAST: comparison} if comparison else {}


def _rival(
    name: str, rival: Mapping[str, Any], ends: Sequence[float], evaluation: Mapping[str, Any]
) -> dict[str, Any]:
    is_costly = "costs" in evaluation
    return {
        **rival,
        "name": name,
        "is_own": False,
        "word": _word(rival["interval"], evaluation["examples"]),
        "bar": {
            **bar(rival["gain"], rival["interval"], min(ends), max(ends)),
            "zero": bar(0.0, (0.0, 0.0), min(ends), max(ends))["at"],
        },
        "cost": cost_of_many(rival["mean_return"]) if is_costly else None,
        "saved": _MANY * rival["gain"] if is_costly else None,
        "saved_interval": [_MANY * end for end in rival["interval"]] if is_costly else None,
    }


def _word(ends: Sequence[float], episodes: int) -> str:
    """One episode stands for itself, whatever its interval."""
    low, high = ends
    if low == high == 0:
        return SAME
    if episodes > 1 and (low > 0 or high < 0):
        return MORE if low > 0 else LESS
    return UNKNOWN
