"""Environments whose right answers are known, and small networks for them."""

from collections.abc import Callable
from typing import Any

import gymnasium
import keras
import numpy as np
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from keras import layers


def vector(make: Callable[[], gymnasium.Env], count: int) -> SyncVectorEnv:
    """As the learner wants them."""
    return SyncVectorEnv([make] * count, autoreset_mode=AutoresetMode.DISABLED)


def small_network(width: int, actions: int, hidden: int = 0, seed: int = 5) -> keras.Model:
    """The same weights each time; with `hidden`, policy and value have two layers each of their own."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((width,))
    outputs = []
    for name, size, scale in (("policy", actions, 0.01), ("value", 1, 1.0)):
        tensor = inputs
        for depth in range(2 if hidden else 0):
            start = keras.initializers.Orthogonal(2**0.5)
            tensor = layers.Dense(hidden, "tanh", kernel_initializer=start, name=f"{name}_{depth}")(tensor)
        start = keras.initializers.Orthogonal(scale)
        outputs.append(layers.Dense(size, kernel_initializer=start, name=name)(tensor))
    return keras.Model(inputs, outputs)


def as_they_are(observations: np.ndarray) -> list[np.ndarray]:
    """Vectors need no encoding."""
    return [observations]


class Bandit(gymnasium.Env):
    """One step, one of some arms; each pays what it says, give or take."""

    def __init__(self, pays: tuple[float, ...], noise: float = 0.0, first: int = 0) -> None:
        self.observation_space = Box(0, 1, (1,), np.float32)
        self.action_space = Discrete(len(pays), start=first)
        self._pays, self._noise, self._first = pays, noise, first

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        return np.ones(1, np.float32), {}

    def step(self, action: Any) -> Any:
        assert self.action_space.contains(action)
        pay = self._pays[action - self._first] + self._noise * self.np_random.normal()
        return np.ones(1, np.float32), pay, True, False, {"arm": int(action)}


class Chain(gymnasium.Env):
    """Two states in turn, which pay 1 and 2 whatever is done; cut off after some steps, it never ends."""

    def __init__(self, cut_after: int) -> None:
        self.observation_space = Box(0, 1, (2,), np.float32)
        self.action_space = Discrete(2)
        self._cut_after = cut_after

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self._state, self._steps = int(self.np_random.integers(2)), 0
        return np.eye(2, dtype=np.float32)[self._state], {}

    def step(self, action: Any) -> Any:
        reward, self._state, self._steps = self._state + 1.0, 1 - self._state, self._steps + 1
        return np.eye(2, dtype=np.float32)[self._state], reward, False, self._steps == self._cut_after, {}


class Walk(gymnasium.Env):
    """Episodes that chance and the actions end, one way or the other; what is seen tells them all apart.

    Observes the seed of the episode, the step, and the sum of the actions.
    """

    def __init__(self) -> None:
        self.observation_space = Box(-np.inf, np.inf, (3,), np.float64)
        self.action_space = Discrete(3)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.seed, self.steps, self.sum = seed, 0, 0
        return self._seen(), {"seed": seed}

    def step(self, action: Any) -> Any:
        self.steps, self.sum = self.steps + 1, self.sum + int(action)
        chance = self.np_random.random()
        terminated = chance < 0.06 * (1 + int(action))
        truncated = chance > 0.85 or chance < 0.03  # now and then both
        return self._seen(), float(chance), terminated, truncated, {"seed": self.seed, "steps": self.steps}

    def _seen(self) -> np.ndarray:
        return np.array([self.seed, self.steps, self.sum], np.float64)
