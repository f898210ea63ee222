"""What is written down of a policy's training: a point a judgement."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.environments.judging import Played, mean_return
from components.trainer.policy.learner import FIGURES

Point = dict[str, float | None]
"""By `COLUMNS`; `None` for no number."""
COLUMNS = (
    *("steps", "observed", "episodes", "train_return", "train_length"),
    *("eval_return", "eval_length", "score"),
    *FIGURES,
)
"""`steps` of the phase, `observed` those of earlier phases as well; `episodes` of training that ended since
the judgement before, with the means of their returns and lengths; mean return and length of the judgement,
and its score; the means of what the updates since the judgement before told."""


@dataclass(frozen=True)
class Learnt:
    """What is told of a rollout, when the rollout itself is gone.

    Attributes:
        returns: of the episodes that ended.
        lengths: of the same.
        figures: of the update, see `Learner.update`.
    """

    returns: tuple[float, ...]
    lengths: tuple[int, ...]
    figures: dict[str, float]


def row_of(
    steps: int,
    observed: int,
    learnt: Sequence[Learnt],
    judged: Sequence[Played],
    score: float,
) -> list[float]:
    """A point as numbers, NaN for none.

    Args:
        steps: of the phase so far.
        observed: steps of it and of earlier phases.
        learnt: rollout by rollout since the judgement before.
        judged: the judgement's episodes.
        score: of the judgement.
    """
    returns = [each for rollout in learnt for each in rollout.returns]
    lengths = [each for rollout in learnt for each in rollout.lengths]
    return [
        *(steps, observed, len(returns), _mean(returns), _mean(lengths)),
        *(mean_return(judged), _mean([episode.length for episode in judged]), score),
        *(_mean([rollout.figures[name] for rollout in learnt]) for name in FIGURES),
    ]


def point_of(row: Sequence[float]) -> Point:
    """The row with names."""
    finite = (value if math.isfinite(value) else None for value in row)
    return dict(zip(COLUMNS, finite, strict=True))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan
