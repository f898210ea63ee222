"""The gate of a policy: what it earns, held against bounds, the best fixed action, the last blessed one."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components.evaluator.gate import Verdict
from components.evaluator.returns.episodes import Episode, rewards_of
from components.evaluator.returns.figures import MEAN_RETURN, gain_over, interval_of
from components.evaluator.slices import OVERALL
from pipeline.settings.evaluator import ReturnsConfig

_MOST_PICTURES = 12
_ROUNDING = 1e-9


def judge(
    config: ReturnsConfig, episodes: Sequence[Episode], fixed: Mapping[str, np.ndarray]
) -> list[Verdict]:
    """A verdict for each bound.

    Args:
        config: the bounds.
        episodes: of the whole split.
        fixed: what the best fixed action earned in each, by its name; empty where there is none.
    """
    rewards = rewards_of(episodes)
    verdicts = []
    if config.at_least is not None:
        reason = f"{MEAN_RETURN} on {OVERALL} is {rewards.mean():.4f}, at_least is {config.at_least:.4f}"
        verdicts.append(_verdict("at_least", config.at_least, episodes, reason))
    for name, earned in fixed.items() if config.beats_fixed else ():
        bound = float(earned.mean())
        reason = f"{MEAN_RETURN} on {OVERALL} is {rewards.mean():.4f}, `{name}` earns {bound:.4f}"
        verdicts.append(_verdict("at_least", bound, episodes, reason))
    if config.max_drop is not None:
        verdicts.append(_drop(config.max_drop, episodes))
    return verdicts


def _drop(bound: float, episodes: Sequence[Episode]) -> Verdict:
    before = [episode.baseline for episode in episodes if episode.baseline is not None]
    if len(before) < len(episodes):
        return Verdict(MEAN_RETURN, OVERALL, None, "max_drop", bound, "held", examples=len(episodes))
    baseline = float(np.mean(before))
    value = float(rewards_of(episodes).mean())
    reason = f"{MEAN_RETURN} on {OVERALL} fell from {baseline:.4f} to {value:.4f}, max_drop is {bound:.4f}"
    verdict = _verdict("max_drop", bound, episodes, reason, lowest=baseline - bound)
    return Verdict(**{**vars(verdict), "baseline": baseline})


def _verdict(
    rule: Any, bound: float, episodes: Sequence[Episode], reason: str, lowest: float | None = None
) -> Verdict:
    """Whether the mean return reaches `lowest`, or the bound where there is none of these."""
    rewards = rewards_of(episodes)
    value = float(rewards.mean())
    has_held = value >= (bound if lowest is None else lowest) - _ROUNDING
    return Verdict(
        *(MEAN_RETURN, OVERALL, None, rule, bound),
        state="held" if has_held else "failed",
        reason="" if has_held else reason,
        examples=len(episodes),
        value=value,
        interval=interval_of(rewards),
        pictures=() if has_held else tuple(_costliest(episodes)),
    )


def _costliest(episodes: Sequence[Episode]) -> list[dict[str, Any]]:
    """The pictures that earned least, the surest first, as a verdict names them; there may be none."""
    pictures = [each for each in episodes if each.probability is not None]
    last = sorted(pictures, key=lambda each: (each.reward, -(each.probability or 0)))[:_MOST_PICTURES]
    return [
        {
            "path": each.path,
            "label": each.label,
            "answer": each.action,
            "probability": each.probability,
        }
        for each in last
    ]


def comparison_of(episodes: Sequence[Episode]) -> dict[str, Any]:
    """What the policy earned more than the last blessed one; empty where there is none."""
    before = [episode.baseline for episode in episodes]
    if any(each is None for each in before):
        return {}
    return gain_over(episodes, np.array(before, np.float64))
