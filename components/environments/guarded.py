"""An environment under guard: what goes wrong in it is told in one line, and no NaN gets into the weights."""

import logging
from collections.abc import Callable
from typing import Any, SupportsFloat

import gymnasium
import numpy as np

from components.environments.names import OWN
from components.environments.spaces import check_spaces
from pipeline.errors import InputError


class Guarded(gymnasium.Wrapper):
    """Passes on what an environment returns, if it is what a policy can learn from. Actions count from 0."""

    def __init__(self, env: gymnasium.Env, name: str) -> None:
        """
        Args:
            env: to be guarded.
            name: of it, `environment.id`, for the errors.

        Raises:
            InputError: `check_spaces` refuses it.
        """
        check_spaces(env, name)
        super().__init__(env)
        self._name = name
        self._first = int(env.action_space.start)  # type: ignore[attr-defined]
        self.action_space = gymnasium.spaces.Discrete(int(env.action_space.n))  # type: ignore[attr-defined]
        self._observations = env.observation_space
        self._seed: int | None = None
        self._steps = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        self._seed, self._steps = seed, 0
        returned = self._call(lambda: self.env.reset(seed=seed, options=options))
        observation, info = self._parts(returned, "(observation, info)")
        self._check(observation, info)
        return observation, self._told(info)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._steps += 1
        returned = self._call(lambda: self.env.step(self._first + action))
        parts = self._parts(returned, "(observation, reward, terminated, truncated, info)")
        observation, reward, terminated, truncated, info = parts
        self._check(observation, info)
        for ended in (terminated, truncated):
            if not isinstance(ended, bool | np.bool_):
                raise self._error(f"says {ended!r} where True or False must stand: terminated, truncated")
        return observation, self._checked_reward(reward), bool(terminated), bool(truncated), self._told(info)

    def _told(self, info: dict[str, Any]) -> dict[str, Any]:
        """Only of ours: Gymnasium cannot join what others say that has another shape every time."""
        return info if self._name in OWN else {}

    def close(self) -> None:
        try:
            super().close()
        except Exception as error:  # all that was learnt in it is learnt
            logging.warning("environment %s cannot be closed: %s", self._name, described(error))

    def _call(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except InputError:
            raise
        except (Exception, SystemExit) as error:
            raise self._error(f"raised {described(error)}") from error

    def _parts(self, returned: Any, expected: str) -> tuple[Any, ...]:
        count = expected.count(",") + 1
        if not isinstance(returned, tuple) or len(returned) != count:
            kind = type(returned).__name__
            received = f"{kind} of {len(returned)}" if isinstance(returned, tuple | list) else kind
            raise self._error(f"returned {received}, not {expected}")
        return returned

    def _checked_reward(self, reward: SupportsFloat) -> float:
        try:
            number = float(reward)
        except (TypeError, ValueError) as error:
            raise self._error(f"returned a reward that is no number, but {type(reward).__name__}") from error
        if not np.isfinite(number):
            raise self._error(f"returned the reward {number}")
        return number

    def _check(self, observation: Any, info: Any) -> None:
        if fault := _fault(observation, self._observations):
            raise self._error(f"returned an observation {fault}")
        if not isinstance(info, dict):
            raise self._error(f"returned {type(info).__name__} as info, not a dict")

    def _error(self, what: str) -> InputError:
        where = f"step {self._steps} after reset" if self._steps else "reset"
        return InputError(
            f"environment `{self._name}` {what}, at {where}(seed={self._seed}). "
            "Mend the environment, or choose another environment.id."
        )


def described(error: BaseException) -> str:
    """An error's kind and its text, for one line."""
    return f"{type(error).__name__} ({error})" if str(error) else type(error).__name__


def _fault(value: Any, space: gymnasium.Space) -> str | None:
    """What is wrong with an observation, if anything is."""
    if isinstance(space, gymnasium.spaces.Dict):
        if not isinstance(value, dict) or value.keys() != space.spaces.keys():
            return f"that is not a dict of {', '.join(space.spaces)}"
        faults = {name: _fault(value[name], inner) for name, inner in space.spaces.items()}
        return next((f"whose `{name}` is one {fault}" for name, fault in faults.items() if fault), None)
    if not isinstance(value, np.ndarray):
        return f"that is {type(value).__name__}, not a numpy array"
    if (value.dtype, value.shape) != (space.dtype, space.shape):
        declared = f"{space.dtype} {list(space.shape or ())}"
        return f"that is {value.dtype} {list(value.shape)}, not {declared} as its space says"
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        return "that holds NaN or infinity"
    return None
