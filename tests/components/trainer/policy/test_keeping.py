"""The best judged weights are kept, of several the latest, and all of it is found again."""

from pathlib import Path

import keras
import numpy as np
import pytest

from components.trainer.averaging import Averager
from components.trainer.policy.curve import COLUMNS
from components.trainer.policy.keeping import PolicyKeeper
from tests.components.trainer.policy.worlds import small_network

LIKE = {"episodes": np.zeros(3, np.int64), "lengths": np.zeros(3, np.int64), "actions": np.zeros(0, np.int64)}
STATE = {**LIKE, "lengths": np.array([1, 0, 4]), "actions": np.arange(5)}


def _row(score: float) -> list[float]:
    return [score if name == "score" else 1.0 for name in COLUMNS]


def _keeper(
    path: Path | None,
    judgements: int = 4,
    network: keras.Model | None = None,
    averager: Averager | None = None,
) -> PolicyKeeper:
    network = network or small_network(2, 2)
    optimizer = keras.optimizers.Adam()
    optimizer.build(network.trainable_variables)
    averager = averager or Averager("none", network, 1)
    return PolicyKeeper(path, network, optimizer, averager, judgements)


def _mark(keeper: PolicyKeeper, number: float) -> None:
    for variable in keeper._network.variables + keeper._optimizer.variables:
        variable.assign(np.full(variable.shape, number))


@pytest.mark.parametrize(
    ("scores", "kept"),
    [([1, 2, 3], 2), ([3, 2, 1], 0), ([1, 3, 3], 2), ([-5, -4, -9], 1), ([1, np.nan, 0], 0)],
)
def test_keeps_the_latest_of_the_best(scores: list[float], kept: int) -> None:
    keeper = _keeper(None)
    for place, score in enumerate(scores):
        _mark(keeper, place + 1)
        keeper.judged(_row(score), place, STATE)
    keeper.keep()
    assert (keeper.kept, keeper.best) == (kept, scores[kept])
    assert all((np.array(each) == kept + 1).all() for each in keeper._network.variables)
    assert [point["score"] for point in keeper.curve()] == [
        None if np.isnan(each) else each for each in scores
    ]


def test_finds_everything_again(tmp_path: Path) -> None:
    keeper = _keeper(tmp_path / "phase.npz")
    for place, score in enumerate([1.0, 5.0, 2.0]):
        _mark(keeper, place + 1)
        keeper.judged(_row(score), place * 10, STATE)
    again = _keeper(tmp_path / "phase.npz")
    state = again.restore(LIKE)
    assert state is not None
    assert state.keys() == STATE.keys()
    assert all(np.array_equal(state[name], STATE[name]) for name in STATE)
    for name in ("rollouts", "judgements", "kept", "best"):
        assert getattr(again, name) == getattr(keeper, name), name
    assert again.curve() == keeper.curve()
    now = again._network.variables + again._optimizer.variables
    assert all((np.array(each) == 3).all() for each in now)
    again.keep()
    assert all((np.array(each) == 2).all() for each in again._network.variables)


def test_takes_nothing_that_does_not_fit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "phase.npz"
    assert _keeper(None).restore(LIKE) is None
    assert _keeper(path).restore(LIKE) is None
    assert not caplog.records
    _keeper(path).judged(_row(1.0), 0, STATE)
    assert _keeper(path).restore(LIKE) is not None
    assert _keeper(path, judgements=5).restore(LIKE) is None
    assert _keeper(path, network=small_network(2, 3)).restore(LIKE) is None
    assert _keeper(path).restore({**LIKE, "episodes": np.zeros(4, np.int64)}) is None
    assert len(caplog.records) == 3


def test_keeps_the_average_where_that_is_judged() -> None:
    network = small_network(2, 2)
    averager = Averager("ema", network, 1)
    keeper = _keeper(None, network=network, averager=averager)
    before = [np.array(each) for each in network.variables]
    _mark(keeper, 1)
    averager.follow()
    keeper.judged(_row(1), 1, STATE)
    _mark(keeper, 3)
    keeper.keep()
    # The first update counts for 1 - 2/11.
    for each, start in zip(network.variables, before, strict=True):
        assert np.allclose(each, start + (1 - start) * 9 / 11)
