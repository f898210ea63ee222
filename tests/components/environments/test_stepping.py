"""Environments stepped together: nobody but the caller resets them, and each by its own seed."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from components.environments.stepping import begin_episodes, check_resets, first_action
from tests.components.environments.wild import Wild


class _Seeded(Wild):
    """Shows the seed that it was reset with, and goes on counting from there."""

    def reset(self, *, seed: int | None = None, options: object = None) -> tuple:
        self.shown = seed or 0
        return self._seen(), {}

    def step(self, action: int) -> tuple:
        self.shown += 1
        return self._seen(), 0.0, False, False, {}

    def _seen(self) -> np.ndarray:
        return np.full((4, 6, 3), self.shown, np.uint8)


def _vector(mode: AutoresetMode = AutoresetMode.DISABLED, make: object = _Seeded) -> SyncVectorEnv:
    return SyncVectorEnv([make] * 3, autoreset_mode=mode)  # type: ignore[list-item]


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_environments_that_reset_themselves_are_refused(mode: AutoresetMode) -> None:
    check_resets(_vector())
    with pytest.raises(ValueError, match=f"must not reset themselves.*{mode.name}"):
        check_resets(_vector(mode))


def test_those_that_are_due_begin_with_their_seed_and_the_others_go_on() -> None:
    envs = _vector()
    first = begin_episodes(envs, [10, 20, 30], np.ones(3, bool))
    assert first[:, 0, 0, 0].tolist() == [10, 20, 30]
    envs.step(np.zeros(3, int))
    then = begin_episodes(envs, [40, 50, 60], np.array([False, True, False]))
    assert then[:, 0, 0, 0].tolist() == [11, 50, 31]
    after, *_ = envs.step(np.zeros(3, int))
    assert after[:, 0, 0, 0].tolist() == [12, 51, 32]


@pytest.mark.parametrize("first", [0, -1, 4])
def test_actions_begin_where_the_environment_says(first: int) -> None:
    actions = gymnasium.spaces.Discrete(3, start=first)
    assert first_action(_vector(make=lambda: _Seeded(actions=actions))) == first
