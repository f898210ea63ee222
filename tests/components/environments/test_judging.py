"""A judgement plays each of its episodes once, whatever the environments did before."""

from typing import Any

import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from components.environments.judging import Played, infos_of, judge, mean_return
from tests.components.trainer.policy.test_rollout import Counted
from tests.components.trainer.policy.worlds import Bandit, Walk, vector


def _by_step(observations: np.ndarray) -> np.ndarray:
    return observations[:, 1].astype(np.int64) % 3


def _alone(seed: int) -> Played:
    env, reward, actions, done = Walk(), 0.0, [], False
    observation, _ = env.reset(seed=seed)
    while not done:
        actions.append(int(_by_step(observation[None])[0]))
        observation, earned, terminated, truncated, infos = env.step(actions[-1])
        reward, done = reward + earned, terminated or truncated
    return Played(seed, reward, tuple(actions), infos)


@pytest.mark.parametrize(("count", "episodes"), [(1, 5), (4, 12), (5, 13), (8, 3), (3, 3)])
def test_plays_the_seeds_from_0_each_once(count: int, episodes: int) -> None:
    found = judge(vector(Walk, count), _by_step, episodes)
    assert found == [_alone(seed) for seed in range(episodes)]


def test_plays_other_seeds() -> None:
    assert judge(vector(Walk, 4), _by_step, 6, first_seed=90) == [_alone(seed) for seed in range(90, 96)]


def test_is_the_same_again() -> None:
    envs = vector(Walk, 4)
    assert judge(envs, _by_step, 9) == judge(envs, _by_step, 9)


def test_each_observation_is_encoded_once() -> None:
    encode = Counted()
    found = judge(vector(Walk, 1), lambda seen: _by_step(encode(seen)[0]), 6)
    assert len(encode.seen) == len(set(encode.seen)) == sum(episode.length for episode in found)


def test_infos_are_those_of_the_last_step() -> None:
    for episode in judge(vector(Walk, 3), _by_step, 7):
        assert episode.infos == {"seed": episode.seed, "steps": episode.length}


def test_one_step_and_actions_that_begin_elsewhere() -> None:
    envs = vector(lambda: Bandit((1.0, 2.0, 3.0), first=5), 4)
    found = judge(envs, lambda observations: np.full(len(observations), 2), 10)
    assert [episode.seed for episode in found] == list(range(10))
    assert {(episode.reward, episode.actions, episode.infos["arm"]) for episode in found} == {(3.0, (2,), 7)}
    assert mean_return(found) == 3.0


def test_infos_of_one_among_many() -> None:
    said: dict[str, Any] = {
        "picture": np.array([4, 0]),
        "_picture": np.array([True, False]),
        "place": {"column": np.array([1, 2]), "_column": np.array([True, True])},
        "_place": np.array([True, True]),
    }
    assert infos_of(said, 0) == {"picture": 4, "place": {"column": 1}}
    assert infos_of(said, 1) == {"place": {"column": 2}}


def test_environments_that_reset_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="must not reset themselves"):
        judge(SyncVectorEnv([Walk]), _by_step, 1)
