"""A window that moves: what it shows, what it costs, how it ends."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from components.environments.glimpse import NO_ANSWER, Glimpse, return_of
from components.environments.names import GLIMPSE
from components.environments.window import numbers, window
from pipeline.errors import InputError
from pipeline.settings.environment import GlimpseConfig
from tests.components.environments.shown import Shown, squares, vectors

LEFT, RIGHT, UP, DOWN, CAT, DOG = range(6)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("is_held_out", [False, True])
@pytest.mark.parametrize("render_mode", [None, "rgb_array"])
def test_it_is_what_gymnasium_takes_for_an_environment(is_held_out: bool, render_mode: str | None) -> None:
    config = GlimpseConfig(budget=3)
    env = gymnasium.make(
        GLIMPSE, pictures=squares(), config=config, is_held_out=is_held_out, render_mode=render_mode
    )
    check_env(env.unwrapped)
    observation, _ = env.reset(seed=1)
    assert observation in env.observation_space
    env.close()


def test_an_episode_by_hand() -> None:
    config, pictures = GlimpseConfig(positions=3, budget=5, move=-0.1, right=2, wrong=-3), squares()
    env = Glimpse(pictures, config, is_held_out=True)
    observation, info = env.reset(seed=1)
    assert info == {"picture": 1, "label": 1, "place": (1, 1)}
    visited = np.zeros((3, 3), bool)
    place = [1, 1]
    for step, (action, column, row) in enumerate([(None, 1, 1), (LEFT, 0, 1), (LEFT, 0, 1), (DOWN, 0, 2)]):
        if action is not None:
            observation, reward, terminated, truncated, info = env.step(action)
            assert (reward, terminated, truncated) == (-0.1, False, False)
        place = [column, row]
        visited[row, column] = True
        assert observation in env.observation_space
        assert info["place"] == tuple(place)
        np.testing.assert_array_equal(observation["image"], window(pictures.read(1, 0), column, row, config))
        expected = numbers(column, row, step, visited.ravel(), config)
        np.testing.assert_array_equal(observation["numbers"], expected)
    observation, reward, terminated, truncated, info = env.step(np.int64(DOG))
    assert (reward, terminated, truncated) == (2, True, False)
    assert info == {"picture": 1, "label": 1, "place": (0, 2), "answer": 1, "is_right": True}


def test_who_never_answers_is_wrong() -> None:
    env = Glimpse(squares(), GlimpseConfig(budget=3, move=-0.1, wrong=-3))
    env.reset(seed=1)
    rewards = [env.step(RIGHT)[1] for _ in range(2)]
    observation, reward, terminated, truncated, info = env.step(RIGHT)
    assert (rewards, reward, terminated, truncated) == ([-0.1, -0.1], -3, True, False)
    assert (info["answer"], info["is_right"], observation["numbers"][2]) == (NO_ANSWER, False, 0)
    assert env.reset(seed=1)[0]["numbers"][2] == 1


@settings(max_examples=150, deadline=None)
@given(
    config=st.builds(
        GlimpseConfig,
        positions=st.integers(2, 5),
        budget=st.integers(1, 7),
        right=st.floats(-10, 10),
        wrong=st.floats(-10, 10),
        move=st.floats(-10, 10),
    ),
    seed=st.integers(0, 2**63),
    moves=st.lists(st.integers(0, 3), max_size=9),
    answer=st.integers(0, 1),
)
def test_returns_are_those_of_stepping(
    config: GlimpseConfig, seed: int, moves: list[int], answer: int
) -> None:
    env = Glimpse(squares(), config, is_held_out=True)
    env.reset(seed=seed)
    total, actions, terminated = 0.0, [*moves, CAT + answer], False
    while not terminated:
        observation, reward, terminated, truncated, info = env.step(actions.pop(0))
        assert observation in env.observation_space and not truncated
        total += reward
    found = return_of(config, info["is_right"], min(len(moves), config.budget))
    assert found == pytest.approx(total, abs=1e-9)
    assert info["answer"] == (answer if len(moves) < config.budget else NO_ANSWER)


def test_returns_of_many_episodes() -> None:
    config = GlimpseConfig(budget=3, right=1, wrong=-1, move=-0.25)
    found = return_of(config, np.array([True, False, True, False]), np.array([0, 1, 2, 3]))
    assert found.dtype == np.float64
    assert found.tolist() == [1, -1.25, 0.5, -1.5]


def test_the_way_is_drawn() -> None:
    env = Glimpse(squares(side=100), GlimpseConfig(window=0.3), render_mode="rgb_array")
    env.reset(seed=0)
    first = env.render()
    env.step(LEFT)
    second = env.render()
    assert first is not None and second is not None and (first != second).any()
    assert first.shape == second.shape == (100, 100, 3) and first.dtype == np.uint8
    assert Glimpse(squares()).render() is None


@pytest.mark.parametrize(
    "pictures",
    [vectors(), Shown(np.zeros((1, 1, 8, 9, 3), np.uint8), [0]), Shown(np.zeros((1, 1, 8, 8, 3)), [0])],
)
def test_only_square_pictures_are_looked_at(pictures: Shown) -> None:
    with pytest.raises(InputError, match="looks at square pictures, uint8 .* Received: "):
        Glimpse(pictures)
