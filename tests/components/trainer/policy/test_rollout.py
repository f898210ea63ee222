"""Rollouts tell what happened, and a killed one is played again."""

from collections.abc import Callable
from itertools import pairwise

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv, VectorEnv

from components.trainer.policy.rollout import Collector, Inputs, Rollout
from tests.components.trainer.policy.worlds import Bandit, Walk, as_they_are, vector

COUNT = 5


class Drawn:
    """Acts by chance; the value of what it sees is a number that tells what it saw."""

    def __init__(self, seed: int = 0, actions: int = 3) -> None:
        self._draws, self._actions = np.random.default_rng(seed), actions

    def act(self, inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        actions = self._draws.integers(self._actions, size=len(inputs[0]))
        return actions, np.full(len(actions), -1.5, np.float32), self.value(inputs)

    def value(self, inputs: Inputs) -> np.ndarray:
        return values_of(inputs[0])


def values_of(seen: np.ndarray) -> np.ndarray:
    return (seen @ np.array([1e-9, 1.0, 0.01])[: seen.shape[-1]]).astype(np.float32)


class Counted:
    """Encodes, and notes all that it was given."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, ...]] = []

    def __call__(self, observations: np.ndarray) -> list[np.ndarray]:
        self.seen += [tuple(row) for row in observations.tolist()]
        return [observations]


def collector_of(seed: int = 3, encode: Callable = as_they_are, envs: VectorEnv | None = None) -> Collector:
    return Collector(envs or vector(Walk, COUNT), encode, Drawn(), (seed,))


def started(**settings: object) -> Collector:
    collector = collector_of(**settings)  # type: ignore[arg-type]
    collector.begin()
    return collector


def _same(one: Rollout, other: Rollout) -> bool:
    return all(
        np.array_equal(one.__dict__[name], other.__dict__[name]) for name in one.__dict__ if name != "inputs"
    ) and all(map(np.array_equal, one.inputs, other.inputs))


def test_tells_what_each_environment_went_through() -> None:
    rollout = started().collect(40)
    assert rollout.actions.shape == rollout.rewards.shape == (40, COUNT)
    for kind in (~rollout.terminated & rollout.truncated, rollout.terminated & rollout.truncated):
        assert kind.any(), "or it tests less than it says"
    (seen,) = rollout.inputs
    for env in range(COUNT):
        again = Walk()
        for step in range(40):
            if step == 0 or rollout.terminated[step - 1, env] or rollout.truncated[step - 1, env]:
                observation, _ = again.reset(seed=int(seen[step, env, 0]))
            assert np.array_equal(seen[step, env], observation)
            observation, *outcome, _ = again.step(rollout.actions[step, env])
            assert outcome == [
                each[step, env] for each in (rollout.rewards, rollout.terminated, rollout.truncated)
            ]
            if not rollout.terminated[step, env]:
                assert rollout.next_values[step, env] == values_of(observation)
    np.testing.assert_array_equal(rollout.values, values_of(seen))


def test_what_terminated_has_no_value_to_come() -> None:
    rollout = started().collect(40)
    assert (rollout.next_values[rollout.terminated] == 0).all()
    assert (rollout.next_values[~rollout.terminated] > 0).all()


def test_every_episode_has_a_seed_of_its_own() -> None:
    rollout = started().collect(60)
    seeds = rollout.inputs[0][..., 0]
    episodes = int((rollout.terminated | rollout.truncated)[:-1].sum()) + COUNT
    assert len(set(seeds.ravel().tolist())) == episodes
    assert not set(seeds.ravel()) & set(started(seed=4).collect(60).inputs[0][..., 0].ravel())


def test_returns_and_lengths_of_the_episodes_that_ended() -> None:
    collector = started()
    rollouts = [collector.collect(7) for _ in range(6)]
    rewards = np.concatenate([rollout.rewards for rollout in rollouts])
    ends = np.concatenate([rollout.terminated | rollout.truncated for rollout in rollouts])
    expected = []
    for env in range(COUNT):
        places = [-1, *np.flatnonzero(ends[:, env])]
        for before, last in pairwise(places):
            expected.append((sum(rewards[before + 1 : last + 1, env]), last - before))
    found = [pair for each in rollouts for pair in zip(each.returns, each.lengths, strict=True)]
    np.testing.assert_allclose(sorted(found), sorted(expected))
    assert collector.episodes.sum() == len(expected) + COUNT


def test_each_observation_is_encoded_once() -> None:
    encode = Counted()
    collector = started(encode=encode)
    rollouts = [collector.collect(steps) for steps in (9, 1, 20)]
    cut = sum(int((each.truncated & ~each.terminated).sum()) for each in rollouts)
    # Those acted on, the ones that are to be acted on next, and the last ones of what was cut off.
    assert len(encode.seen) == 30 * COUNT + COUNT + cut
    assert len(set(encode.seen)) == len(encode.seen)


def test_a_rollout_goes_on_where_the_one_before_ended() -> None:
    one, other = started(), started()
    whole, parts = one.collect(30), [other.collect(10) for _ in range(3)]
    for name in ("actions", "rewards", "terminated", "next_values"):
        assert np.array_equal(whole.__dict__[name], np.concatenate([part.__dict__[name] for part in parts]))


@pytest.mark.parametrize("steps", [0, 1, 5, 23])
def test_restored_in_new_environments_it_goes_on_alike(steps: int) -> None:
    straight = started()
    if steps:
        straight.collect(steps)
    again = collector_of()
    again.restore(straight.state())
    for each in (straight, again):
        each._actor = Drawn(9)  # type: ignore[misc]
    assert _same(straight.collect(30), again.collect(30))
    for name, array in straight.state().items():
        assert np.array_equal(array, again.state()[name]), name


def test_restored_it_encodes_nothing_but_what_it_acts_on() -> None:
    straight = started()
    straight.collect(23)
    encode = Counted()
    collector_of(encode=encode).restore(straight.state())
    assert encode.seen == [tuple(row) for row in straight._inputs[0].tolist()]


def test_environment_that_does_not_repeat_itself_begins_another_episode(
    caplog: pytest.LogCaptureFixture,
) -> None:
    straight = started()
    straight.collect(23)
    state = straight.state()
    env = int(state["lengths"].argmax())
    assert state["lengths"][env] > 1

    class Fickle(Walk):
        def step(self, action: int) -> tuple:
            return (*super().step(action)[:2], True, False, {})

    envs = [Walk] * COUNT
    envs[env] = Fickle
    again = collector_of(envs=SyncVectorEnv(envs, autoreset_mode=gymnasium.vector.AutoresetMode.DISABLED))
    again.restore(state)
    assert f"environment [{env}] does not repeat itself" in caplog.text
    after = again.state()
    assert after["lengths"][env] == 0
    assert after["episodes"][env] == state["episodes"][env] + 1
    others = np.arange(COUNT) != env
    for name in ("lengths", "episodes"):
        assert np.array_equal(after[name][others], state[name][others])
    again.collect(20)


def test_actions_begin_where_the_environment_says() -> None:
    envs = vector(lambda: Bandit((1.0, 2.0, 3.0), first=-1), 2)
    collector = Collector(envs, as_they_are, Drawn(), (0,))
    collector.begin()
    rollout = collector.collect(20)
    assert np.array_equal(rollout.rewards, rollout.actions + 1.0)
    assert set(rollout.actions.ravel().tolist()) == {0, 1, 2}


def test_environments_that_reset_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must not reset themselves.*NEXT_STEP"):
        Collector(SyncVectorEnv([Walk]), as_they_are, Drawn(), (0,))


def test_observations_of_several_parts() -> None:
    class Parts(Walk):
        def __init__(self) -> None:
            super().__init__()
            space = gymnasium.spaces.Box(-np.inf, np.inf, (1,), np.float64)
            self.observation_space = gymnasium.spaces.Dict({"seed": space, "rest": space})

        def _seen(self) -> dict[str, np.ndarray]:  # type: ignore[override]
            return {"seed": np.array([float(self.seed or 0)]), "rest": np.array([float(self.steps)])}

    def encode(observations: dict[str, np.ndarray]) -> list[np.ndarray]:
        return [np.concatenate([observations["seed"], observations["rest"]], axis=-1), observations["rest"]]

    rollout = started(envs=vector(Parts, COUNT), encode=encode).collect(30)
    assert [each.shape for each in rollout.inputs] == [(30, COUNT, 2), (30, COUNT, 1)]
    assert rollout.truncated.any()
