"""An environment of a user's own: a plain picture, and which of three colours is it?"""

from typing import Any

import gymnasium
import numpy as np

SIDE = 40


class Colours(gymnasium.Env):
    """One step; 1 for the right colour, else 0. `spoilt` makes some rewards no number."""

    observation_space = gymnasium.spaces.Box(0, 255, (SIDE, SIDE, 3), np.uint8)
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, spoilt: bool = False) -> None:
        self._spoilt, self._colour = spoilt, 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        self._colour = int(self.np_random.integers(3))
        return self._picture(), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        is_spoilt = self._spoilt and self.np_random.random() < 1 / 9
        reward = float("nan") if is_spoilt else float(action == self._colour)
        return self._picture(), reward, True, False, {}

    def _picture(self) -> np.ndarray:
        picture = self.np_random.integers(0, 80, (SIDE, SIDE, 3), np.uint8)
        picture[..., self._colour] += 150
        return picture


gymnasium.register("Colours-v0", Colours)
