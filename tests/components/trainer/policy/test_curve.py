"""A point of the curve: sums and means of what happened since the one before."""

import math

import pytest

from components.environments.judging import Played
from components.trainer.policy.curve import COLUMNS, Learnt, point_of, row_of
from components.trainer.policy.learner import FIGURES

JUDGED = [Played(0, 2.0, (0, 1, 1), {}), Played(1, 5.0, (0,), {})]


def _figures(number: float) -> dict[str, float]:
    return {name: number + place for place, name in enumerate(FIGURES)}


def test_means_are_over_all_episodes_and_all_rollouts() -> None:
    learnt = [
        Learnt((1.0, 2.0), (4, 6), _figures(0)),
        Learnt((), (), _figures(1)),
        Learnt((6.0,), (5,), _figures(5)),
    ]
    point = point_of(row_of(30, 130, learnt, JUDGED, score=7.0))
    assert point == {
        **{"steps": 30, "observed": 130, "episodes": 3, "train_return": 3, "train_length": 5},
        **{"eval_return": 3.5, "eval_length": 2, "score": 7},
        **_figures(2),
    }
    assert tuple(point) == COLUMNS


def test_what_there_is_none_of_is_no_number() -> None:
    point = point_of(row_of(0, 9, [], JUDGED, math.nan))
    assert point == {
        **dict.fromkeys(COLUMNS),
        **{"steps": 0, "observed": 9, "episodes": 0, "eval_return": 3.5, "eval_length": 2},
    }


def test_a_row_lacks_nothing() -> None:
    with pytest.raises(ValueError, match="shorter"):
        point_of([1.0])
