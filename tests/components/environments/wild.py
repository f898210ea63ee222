"""Environments as strangers write them: one that behaves, and ways to misbehave."""

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

SPACE = gymnasium.spaces.Box(0, 255, (4, 6, 3), np.uint8)
FLOATS = gymnasium.spaces.Box(-1, 1, (3,), np.float32)


class Wild(gymnasium.Env):
    """Shows black pictures. What `reset` and `step` return may be replaced, or raised."""

    def __init__(
        self,
        reset: Any = None,
        step: Any = None,
        actions: Any = gymnasium.spaces.Discrete(3),  # noqa: B008
        observations: Any = SPACE,
        late: int = 0,
    ) -> None:
        self.action_space, self.observation_space = actions, observations
        self._reset, self._step, self._late = reset, step, late
        self.actions: list[int] = []

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        return given(self._reset, lambda: (picture(), {}))

    def step(self, action: int) -> Any:
        self.actions.append(action)
        is_late = len(self.actions) > self._late
        return given(self._step if is_late else None, lambda: (picture(), 1.0, False, False, {}))


def given(returned: Any, otherwise: Callable[[], Any]) -> Any:
    if isinstance(returned, BaseException):
        raise returned
    return otherwise() if returned is None else returned


def picture() -> np.ndarray:
    return np.zeros(SPACE.shape, np.uint8)


class Raising(gymnasium.Env):
    """Cannot be made."""

    def __init__(self, text: str = "no\nluck") -> None:
        raise RuntimeError(text)


class Leaving(gymnasium.Env):
    """Ends the program."""

    def __init__(self) -> None:
        raise SystemExit(3)


class Changing(Wild):
    """Of another size every time."""

    made = 0

    def __init__(self) -> None:
        Changing.made += 1
        super().__init__(observations=gymnasium.spaces.Box(0, 255, (4, Changing.made, 3), np.uint8))


for name, kind in {"Wild": Wild, "Raising": Raising, "Leaving": Leaving, "Changing": Changing}.items():
    gymnasium.register(f"graft-tests/{name}-v0", kind)
