"""Rollouts: what a policy saw, did and earned in many environments at once.

Every episode begins with a seed of its own, which follows from the environment's place and the episode's
number, so a training that was killed can be replayed: the actions since each environment's last reset are
all that has to be kept of it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
from gymnasium.vector import VectorEnv

from components.environments.stepping import begin_episodes, check_resets, first_action
from components.trainer.checkpoint import Arrays

Inputs = list[np.ndarray]
"""What a policy network takes, each [batch, ...]."""
Encode = Callable[[Any], Inputs]
"""From observations as environments give them, [batch, ...] or a dict of such, to the network's inputs."""


class Actor(Protocol):
    """Who acts in a rollout."""

    def act(self, inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Actions int64, their log probabilities and the values float32, each [batch]."""

    def value(self, inputs: Inputs) -> np.ndarray:
        """Values float32 [batch]."""


@dataclass(frozen=True)
class Rollout:
    """What happened in some steps of all environments.

    Attributes:
        inputs: of the network, each [steps, environments, ...].
        actions: int64 [steps, environments], from 0.
        log_probabilities: of the actions when they were taken, float32 [steps, environments].
        values: of the observations, float32 [steps, environments].
        next_values: of those that followed, before any reset, float32 [steps, environments]; 0 where an
            episode terminated.
        rewards: float64 [steps, environments].
        terminated: bool [steps, environments].
        truncated: bool [steps, environments].
        returns: undiscounted, of the episodes that ended, in the order in which they did.
        lengths: of the same episodes, in steps.
    """

    inputs: Inputs
    actions: np.ndarray
    log_probabilities: np.ndarray
    values: np.ndarray
    next_values: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    returns: tuple[float, ...]
    lengths: tuple[int, ...]


class Collector:
    """Acts in environments, rollout after rollout: an episode goes on where the one before left it.

    Attributes:
        episodes: begun so far in each environment, int64 [environments].
    """

    def __init__(self, envs: VectorEnv, encode: Encode, actor: Actor, seed: Sequence[int]) -> None:
        """
        Args:
            envs: with autoreset disabled and discrete actions.
            encode: called once for each observation that is acted on or valued, with those of all
                environments, and with those few that were cut off; its result is what a rollout keeps.
            actor: the policy.
            seed: numbers of at least 0, from which the episodes' seeds are drawn.
        """
        check_resets(envs)
        self._envs, self._encode, self._actor, self._seed = envs, encode, actor, tuple(seed)
        self._first = first_action(envs)
        self.episodes = np.zeros(envs.num_envs, np.int64)
        self._actions: list[list[int]] = [[] for _ in range(envs.num_envs)]
        self._returns = np.zeros(envs.num_envs)
        self._inputs: Inputs = []

    def begin(self) -> None:
        """Begins the first episode of each environment."""
        self._inputs = self._encode(self._begin_episodes(np.ones(self._envs.num_envs, bool)))

    def collect(self, steps: int) -> Rollout:
        """Takes `steps` steps in each environment."""
        inputs, rows, next_values = [], [], []
        ended: list[tuple[float, int]] = []
        for _ in range(steps):
            inputs.append(self._inputs)
            actions, logs, values = self._actor.act(self._inputs)
            observations, rewards, terminated, truncated, _ = self._envs.step(actions + self._first)
            self._note(actions, rewards)
            rows.append((actions, logs, values, rewards, terminated, truncated))
            next_values.append(self._values_of_cut(observations, truncated & ~terminated))
            if (done := terminated | truncated).any():
                ended += [
                    (float(self._returns[env]), len(self._actions[env])) for env in np.flatnonzero(done)
                ]
                observations = self._begin_episodes(done)
            self._inputs = self._encode(observations)
        columns = [np.stack(column) for column in zip(*rows, strict=True)]
        actions, logs, values, rewards, terminated, truncated = columns
        following = np.concatenate([values[1:], self._actor.value(self._inputs)[None]])
        return Rollout(
            [np.stack(each) for each in zip(*inputs, strict=True)],
            *(actions, logs, values),
            np.where(terminated | truncated, np.stack(next_values), following),
            *(rewards, terminated, truncated),
            returns=tuple(total for total, _ in ended),
            lengths=tuple(length for _, length in ended),
        )

    def state(self) -> Arrays:
        """What `restore` needs: `episodes` and `lengths` int64 [environments], `actions` int64 [all]."""
        lengths = [len(actions) for actions in self._actions]
        return {
            "episodes": self.episodes.copy(),
            "lengths": np.array(lengths, np.int64),
            "actions": np.array([action for actions in self._actions for action in actions], np.int64),
        }

    def restore(self, state: Arrays) -> None:
        """Brings new environments to where `state` was taken, by the same seeds and actions.

        Environments step together: those with fewer actions to take begin theirs later, and play on until
        then. One that ends before it did, does not repeat itself; it begins another episode, and the log
        says so.
        """
        lengths, longest = state["lengths"], int(state["lengths"].max())
        actions = np.split(state["actions"], np.cumsum(lengths)[:-1])
        starts = longest - lengths
        self.episodes = state["episodes"] - 1
        observations = self._begin_episodes(np.ones(len(lengths), bool))
        for step in range(longest):
            under_way = starts <= step
            taken = [
                int(actions[env][step - starts[env]]) if under_way[env] else 0 for env in range(len(lengths))
            ]
            observations, rewards, terminated, truncated, _ = self._envs.step(np.array(taken) + self._first)
            self._note(np.array(taken), rewards)
            differs = (terminated | truncated) & under_way
            if differs.any():
                starts[differs] = longest + 1
                logging.warning("environment %s does not repeat itself", np.flatnonzero(differs).tolist())
            due = terminated | truncated | (starts == step + 1)
            if due.any():
                self.episodes -= due & ~differs
                observations = self._begin_episodes(due)
        self._inputs = self._encode(observations)

    def _begin_episodes(self, due: np.ndarray) -> Any:
        """Resets the environments that are `due`; the observations of all."""
        seeds = [
            _seed_of((*self._seed, env, int(number))) if is_due else 0
            for env, (number, is_due) in enumerate(zip(self.episodes, due, strict=True))
        ]
        self.episodes += due
        self._returns[due] = 0
        for env in np.flatnonzero(due):
            self._actions[env] = []
        return begin_episodes(self._envs, seeds, due)

    def _note(self, actions: np.ndarray, rewards: np.ndarray) -> None:
        self._returns += rewards
        for taken, action in zip(self._actions, actions.tolist(), strict=True):
            taken.append(action)

    def _values_of_cut(self, observations: Any, is_cut: np.ndarray) -> np.ndarray:
        """Of the last observations of episodes that were truncated, float32 [environments]; else 0."""
        values = np.zeros(len(is_cut), np.float32)
        if is_cut.any():
            values[is_cut] = self._actor.value(
                self._encode(keras.tree.map_structure(lambda each: each[is_cut], observations))
            )
        return values


def _seed_of(numbers: Sequence[int]) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])
