"""Mean returns, slice by slice, beside those of simpler policies on the same episodes."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from components.evaluator.intervals import Interval, mean
from components.evaluator.returns.episodes import Episode, rewards_of
from components.evaluator.slices import OVERALL, slice_name

MEAN_RETURN = "mean_return"
Figures = dict[str, Any]


def figures_of(episodes: Sequence[Episode]) -> Figures:
    """What some episodes earned.

    Returns:
        `examples`, `mean_return` with its interval, `mean_steps`, and the share of each last action.
    """
    names = sorted({episode.action for episode in episodes})
    shares = {name: float(np.mean([episode.action == name for episode in episodes])) for name in names}
    return {
        "examples": len(episodes),
        MEAN_RETURN: float(rewards_of(episodes).mean()),
        "intervals": {MEAN_RETURN: interval_of(rewards_of(episodes))},
        "mean_steps": float(np.mean([episode.steps for episode in episodes])),
        "actions": shares,
    }


def slices_of(episodes: Sequence[Episode], crossings: Iterable[Sequence[str]]) -> dict[str, list[Episode]]:
    """The episodes of each slice, by name; `crossings` are the columns of each."""
    found: dict[str, list[Episode]] = {}
    for columns in crossings:
        for episode in episodes:
            if episode.columns.keys() >= set(columns):  # an environment's own have none
                name = slice_name({column: episode.columns[column] for column in columns})
                found.setdefault(name, []).append(episode)
    return {OVERALL: list(episodes), **dict(sorted(found.items()))}


def gain_over(episodes: Sequence[Episode], rival: np.ndarray) -> dict[str, Any]:
    """What the policy earned more than another one on the same episodes.

    Args:
        episodes: the policy's.
        rival: float64 [episodes], what the other one earned in each.

    Returns:
        `mean_return` of the other one; `gain`, the mean of the differences, with its `interval`.
    """
    differences = rewards_of(episodes) - rival
    return {
        MEAN_RETURN: float(rival.mean()),
        "gain": float(differences.mean()),
        "interval": interval_of(differences),
    }


def interval_of(values: np.ndarray) -> Interval:
    """Of a mean, 95 %; of one value nothing can be said, and it stands for itself."""
    return mean(values) if len(values) > 1 else (float(values[0]), float(values[0]))
