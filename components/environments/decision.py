"""`graft/Decision-v0`: one picture, one answer, and what that costs."""

from typing import Any

import gymnasium
import numpy as np

from components.environments.pictures import Pictures, choose
from pipeline.errors import InputError


def returns(costs: np.ndarray, labels: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """What episodes return, without acting them out.

    Args:
        costs: float64 [classes, classes + 1], `costs.cost_table`.
        labels: int64 [n], the true classes.
        actions: int64 [n], the answers; the number of classes stands for asking a person.

    Returns:
        float64 [n], 0 or less.
    """
    return -np.asarray(costs, np.float64)[labels, actions]


class Decision(gymnasium.Env):
    """An episode is one step: a picture is shown, one action taken, and its cost is the reward, negative.

    Actions: one for each class, in their order, and one that asks a person, the last. `info` holds `picture`,
    the row, and `label`, the true class. The observation at the end is the picture again.
    """

    metadata = {"render_modes": []}

    def __init__(self, pictures: Pictures, costs: np.ndarray, *, is_held_out: bool = False) -> None:
        """
        Args:
            pictures: that are shown, as their `space` says.
            costs: float64 [classes, classes + 1], `costs.cost_table`.
            is_held_out: a reset's seed names the picture, by its row, and view 0; else it draws both.

        Raises:
            InputError: `costs` has another shape, or holds what is no number.
        """
        count = len(pictures.classes)
        costs = np.asarray(costs, np.float64)
        if costs.shape != (count, count + 1) or not np.isfinite(costs).all():
            raise InputError(
                f"the costs of graft/Decision-v0 must be numbers, a row for each of the {count} classes and "
                f"{count + 1} columns. Received: {costs.shape}. Make them with `cost_table`."
            )
        self.observation_space = pictures.space
        self.action_space = gymnasium.spaces.Discrete(count + 1)
        self._pictures, self._costs, self._is_held_out = pictures, costs, is_held_out
        self._row, self._view = 0, 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        named = seed if self._is_held_out else None
        self._row, self._view = choose(self._pictures, self.np_random, named)
        return self._observe()

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        observation, info = self._observe()
        return observation, -float(self._costs[info["label"], action]), True, False, info

    def _observe(self) -> tuple[np.ndarray, dict[str, Any]]:
        info = {"picture": self._row, "label": int(self._pictures.labels[self._row])}
        observation = self._pictures.read(self._row, self._view)
        return observation if observation.flags.writeable else observation.copy(), info
