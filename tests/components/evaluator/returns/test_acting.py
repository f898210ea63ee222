"""Episodes of other environments: seeds that training never saw, pictures to the bit, actions by name."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
import pytest
from PIL import Image

from components.evaluator.returns.acting import EPISODES, act_out
from pipeline.settings.environment import EnvironmentConfig

SHOWN = "graft-tests/Shown-v0"
NAMES = ["0", "1", "2"]


class Noted(gymnasium.Env):
    """Two or three steps; pays the action's number, and notes what it showed."""

    seeds: list[int | None] = []
    shown: set[bytes] = set()
    closed = 0

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.observation_space = gymnasium.spaces.Box(0, 255, shape, np.uint8)
        self.action_space = gymnasium.spaces.Discrete(3)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        Noted.seeds.append(seed)
        self._left = 2 + int(seed or 0) % 2
        return self._seen(), {}

    def step(self, action: Any) -> Any:
        self._left -= 1
        return self._seen(), float(action), self._left == 0, False, {}

    def close(self) -> None:
        Noted.closed += 1

    def _seen(self) -> np.ndarray:
        picture = self.np_random.integers(0, 256, self.observation_space.shape, np.uint8)
        Noted.shown.add(picture.tobytes())
        return picture


gymnasium.register(SHOWN, Noted)


def _config(shape: tuple[int, ...], count: int) -> EnvironmentConfig:
    return EnvironmentConfig(id=SHOWN, arguments={"shape": shape}, count=count)


def _first_pixel(contents: Sequence[bytes]) -> Mapping[str, np.ndarray]:
    """The policy: the first number of the picture, which must be one that was shown."""
    pictures = [np.asarray(Image.open(io.BytesIO(content))) for content in contents]
    assert all(picture.tobytes() in Noted.shown for picture in pictures)
    return {"action": np.array([picture.ravel()[0] % 3 for picture in pictures], np.int64)}


def _by_hand(shape: tuple[int, ...], seed: int) -> tuple[float, int, int]:
    """Return, length and last action of an episode."""
    env = Noted(shape)
    picture, _ = env.reset(seed=seed)
    total, steps, is_over, action = 0.0, 0, False, -1
    while not is_over:
        action = int(picture.ravel()[0] % 3)
        picture, reward, is_over, _, _ = env.step(action)
        total, steps = total + reward, steps + 1
    return total, steps, action


@pytest.mark.parametrize("shape", [(5, 7, 3), (5, 7, 1), (5, 7)])
@pytest.mark.parametrize("count", [1, 4, 30])
def test_episodes_are_those_of_their_seeds(shape: tuple[int, ...], count: int) -> None:
    closed = Noted.closed
    Noted.seeds.clear()
    episodes = act_out(_config(shape, count), _first_pixel, NAMES, episodes=9)
    assert Noted.closed == closed + min(count, 9)
    assert min(seed for seed in Noted.seeds if seed is not None) == 1_000_000
    for number, episode in enumerate(episodes):
        total, steps, action = _by_hand(shape, 1_000_000 + number)
        assert episode.path == f"seed {1_000_000 + number}"
        assert (episode.reward, episode.steps, episode.action) == (total, steps, NAMES[action])
        assert (episode.label, episode.columns, episode.probability) == ("", {}, None)
    assert len(episodes) == 9
    assert {episode.steps for episode in episodes} == {2, 3}


def test_a_hundred_where_nothing_is_said() -> None:
    assert len(act_out(_config((4, 4, 3), 32), _first_pixel, NAMES)) == EPISODES == 100


def test_environments_are_closed_whatever_happens() -> None:
    closed = Noted.closed

    def fails(contents: Sequence[bytes]) -> Mapping[str, np.ndarray]:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        act_out(_config((4, 4, 3), 3), fails, NAMES)
    assert Noted.closed == closed + 3
