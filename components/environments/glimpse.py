"""`graft/Glimpse-v0`: a window over a large picture that moves until the policy dares an answer."""

from typing import Any

import gymnasium
import numpy as np
from PIL import Image, ImageDraw

from components.environments.pictures import Pictures, choose
from components.environments.window import (
    MOVES,
    moved,
    numbers,
    numbers_count,
    offsets,
    start,
    window,
    window_size,
)
from pipeline.errors import InputError
from pipeline.settings.environment import GlimpseConfig

NO_ANSWER = -1
"""The answer of an episode that ended without one."""
_Step = tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]


def return_of(config: GlimpseConfig, is_right: np.ndarray | bool, moves: np.ndarray | int) -> np.ndarray:
    """What episodes return, without acting them out.

    Args:
        config: of the environment.
        is_right: bool, of any shape: that the answer was right; without one it was not.
        moves: int, of the same shape: actions before the answer, or as many as the budget.

    Returns:
        float64 of that shape.
    """
    is_out = np.asarray(moves) >= config.budget
    # A move that no glimpse is left for is not made, and so not paid for.
    paid = config.move * np.minimum(moves, config.budget - 1)
    return np.asarray(paid + np.where(is_right & ~is_out, config.right, config.wrong), np.float64)


class Glimpse(gymnasium.Env):
    """An episode is one picture: moves, and an answer that ends it.

    Actions: left, right, up, down, then an answer for each class, in their order. A move at the border stays,
    and counts. An episode has as many actions as the budget has glimpses; if the last one is no answer, it is
    wrong. Observations are `image`, uint8 [size, size, 3], and `numbers`, float32, see `window.numbers`.

    `info` holds `picture`, the row, `label`, the true class, and `place`, (column, row); at the end also
    `answer`, a class or `NO_ANSWER`, and `is_right`.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 2}

    def __init__(
        self,
        pictures: Pictures,
        config: GlimpseConfig | None = None,
        *,
        is_held_out: bool = False,
        render_mode: str | None = None,
    ) -> None:
        """
        Args:
            pictures: whole ones, square, at the window's scale: `LargePictures`.
            config: of the environment; `None`: as it is if the config says nothing.
            is_held_out: a reset's seed names the picture, by its row; else it draws it.
            render_mode: `rgb_array`: the whole picture, the window and the way that it took; or `None`.

        Raises:
            InputError: the pictures are not square, in colour, of 8 bits.
        """
        shape, dtype = pictures.space.shape, pictures.space.dtype
        if len(shape) != 3 or shape[0] != shape[1] or shape[2] != 3 or dtype != np.uint8:
            raise InputError(
                "graft/Glimpse-v0 looks at square pictures, uint8 [side, side, 3]. "
                f"Received: {dtype} {list(shape)}. Make them with `LargePictures`."
            )
        self._config = config or GlimpseConfig()
        size, count = window_size(shape[0], self._config), numbers_count(self._config)
        self.observation_space = gymnasium.spaces.Dict(
            {
                "image": gymnasium.spaces.Box(0, 255, (size, size, 3), np.uint8),
                "numbers": gymnasium.spaces.Box(0, 1, (count,), np.float32),
            }
        )
        self.action_space = gymnasium.spaces.Discrete(len(MOVES) + len(pictures.classes))
        self.render_mode = render_mode
        self._pictures, self._is_held_out = pictures, is_held_out
        self._row, self._steps = 0, 0
        # Held for the episode: the pictures themselves may forget it between the steps of many environments.
        self._picture = np.zeros(shape, np.uint8)
        self._way: list[tuple[int, int]] = [start(self._config)]
        self._visited = np.zeros((self._config.positions, self._config.positions), bool)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        super().reset(seed=seed)
        named = seed if self._is_held_out else None
        self._row, view = choose(self._pictures, self.np_random, named)
        self._picture = self._pictures.read(self._row, view)
        self._steps, self._way = 0, [start(self._config)]
        self._visited[...] = False
        return self._observation(), self._info()

    def step(self, action: int) -> _Step:
        self._steps += 1
        if action >= len(MOVES):
            return self._end(int(action) - len(MOVES))
        if self._steps >= self._config.budget:
            return self._end(NO_ANSWER)
        self._way.append(moved(self._way[-1], int(action), self._config))
        return self._observation(), self._config.move, False, False, self._info()

    def render(self) -> np.ndarray | None:  # type: ignore[override]
        """uint8 [side, side, 3]: the picture, with the window and the way that it took drawn into it."""
        if self.render_mode is None:
            return None
        side = len(self._picture)
        begin, size = offsets(side, self._config), window_size(side, self._config)
        corners = [(int(begin[column]), int(begin[row])) for column, row in self._way]
        image, width = Image.fromarray(self._picture), max(side // 100, 1)
        draw = ImageDraw.Draw(image)
        draw.line([(x + size // 2, y + size // 2) for x, y in corners], (255, 200, 0), width)
        x, y = corners[-1]
        draw.rectangle((x, y, x + size - 1, y + size - 1), None, (255, 60, 60), width)
        return np.asarray(image).copy()

    def _end(self, answer: int) -> _Step:
        info = self._info()
        is_right = answer == info["label"]
        reward = self._config.right if is_right else self._config.wrong
        return self._observation(), reward, True, False, {**info, "answer": answer, "is_right": is_right}

    def _observation(self) -> dict[str, np.ndarray]:
        column, row = self._way[-1]
        self._visited[row, column] = True
        return {
            "image": window(self._picture, column, row, self._config),
            "numbers": numbers(column, row, self._steps, self._visited.ravel(), self._config),
        }

    def _info(self) -> dict[str, Any]:
        label = int(self._pictures.labels[self._row])
        return {"picture": self._row, "label": label, "place": self._way[-1]}
