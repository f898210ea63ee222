"""How good a policy is without exploring: episodes of its likeliest actions, each with a seed of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv

from components.environments.stepping import begin_episodes, check_resets, first_action


@dataclass(frozen=True)
class Played:
    """One whole episode.

    Attributes:
        seed: that it was reset with.
        reward: undiscounted, summed over its steps.
        actions: taken, from 0.
        infos: what the environment said with its last step.
    """

    seed: int
    reward: float
    actions: tuple[int, ...]
    infos: dict[str, Any]

    @property
    def length(self) -> int:
        """Steps."""
        return len(self.actions)


def judge(
    envs: VectorEnv, choose: Callable[[Any], np.ndarray], episodes: int, first_seed: int = 0
) -> list[Played]:
    """Plays the episodes with the seeds from `first_seed` on, each once.

    Args:
        envs: with autoreset disabled and discrete actions; whatever they did before is forgotten.
        choose: the policy: from the observations of all environments to actions int [batch].
        episodes: how many, at least 1.
        first_seed: 0 or more.

    Returns:
        The episodes by their seeds.
    """
    check_resets(envs)
    count, first = envs.num_envs, first_action(envs)
    seeds = first_seed + np.arange(count)
    actions: list[list[int]] = [[] for _ in range(count)]
    rewards = np.zeros(count)
    played: dict[int, Played] = {}
    begun, end = first_seed + count, first_seed + episodes
    observations = begin_episodes(envs, seeds.tolist(), np.ones(count, bool))
    while len(played) < episodes:
        chosen = choose(observations)
        observations, earned, terminated, truncated, infos = envs.step(chosen + first)
        rewards += earned
        for taken, action in zip(actions, chosen.tolist(), strict=True):
            taken.append(action)
        done = terminated | truncated
        for env in np.flatnonzero(done):
            # Environments step together: those that no episode is left for, play on, and do not count.
            if (seed := int(seeds[env])) < end:
                said = infos_of(infos, int(env))
                played[seed] = Played(seed, float(rewards[env]), tuple(actions[env]), said)
            seeds[env], rewards[env], actions[env] = begun, 0, []
            begun += 1
        if done.any() and len(played) < episodes:
            observations = begin_episodes(envs, seeds.tolist(), done)
    return [played[seed] for seed in range(first_seed, end)]


def mean_return(episodes: Sequence[Played]) -> float:
    """The mean of the episodes' rewards."""
    return float(np.mean([episode.reward for episode in episodes]))


def infos_of(infos: dict[str, Any], env: int) -> dict[str, Any]:
    """What one of many environments said, from what Gymnasium makes of all; a mask `_name` says who did."""
    return {
        name: infos_of(told, env) if isinstance(told, dict) else told[env]
        for name, told in infos.items()
        if f"_{name}" in infos and infos[f"_{name}"][env]
    }
