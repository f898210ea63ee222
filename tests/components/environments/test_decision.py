"""One picture, one answer: what is shown, what it costs, and which picture it is."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

from components.environments.costs import cost_table
from components.environments.decision import Decision, returns
from components.environments.names import DECISION
from pipeline.errors import InputError
from pipeline.settings.environment import DecisionConfig
from tests.components.environments.shown import vectors

COSTS = np.array([[0, 2, 0.5], [10, 0.25, 0.75]])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("is_held_out", [False, True])
def test_it_is_what_gymnasium_takes_for_an_environment(is_held_out: bool) -> None:
    pictures = vectors()
    costs = cost_table(DecisionConfig(), pictures.classes)
    env = gymnasium.make(DECISION, pictures=pictures, costs=costs, is_held_out=is_held_out)
    check_env(env.unwrapped)
    observation, _ = env.reset(seed=1)
    assert observation in env.observation_space
    env.close()


def test_an_episode_is_one_step() -> None:
    env = Decision(vectors(), COSTS)
    for seed in range(20):
        observation, info = env.reset(seed=seed)
        row, view = observation.astype(int).tolist()
        assert info == {"picture": row, "label": row % 2}
        for action in (seed % 3, np.int64(seed % 3)):
            again, reward, terminated, truncated, at_end = env.step(action)
            np.testing.assert_array_equal(again, [row, view])
            assert (reward, terminated, truncated) == (-COSTS[row % 2, seed % 3], True, False)
            assert at_end == info


def test_held_out_seeds_name_the_pictures() -> None:
    env = Decision(vectors(count=5), COSTS, is_held_out=True)
    seen = [env.reset(seed=seed)[0].tolist() for seed in (0, 1, 2, 3, 4, 5, 10**18 + 3)]
    assert seen == [[row, 0] for row in (0, 1, 2, 3, 4, 0, (10**18 + 3) % 5)]


def test_seeds_draw_every_picture_and_view() -> None:
    env = Decision(vectors(count=5, views=3), COSTS)
    drawn = [tuple(env.reset(seed=seed)[0].tolist()) for seed in range(300)]
    assert len(set(drawn)) == 15
    assert drawn[7] == tuple(env.reset(seed=7)[0].tolist())
    env.reset(seed=1)
    assert len({tuple(env.reset()[0].tolist()) for _ in range(300)}) == 15


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0, 1e6), min_size=6, max_size=6),
    st.lists(st.integers(0, 2), min_size=5, max_size=5),
)
def test_returns_are_those_of_stepping(costs: list[float], actions: list[int]) -> None:
    table, pictures = np.reshape(costs, (2, 3)), vectors(count=5)
    env = Decision(pictures, table, is_held_out=True)
    stepped = []
    for row, action in enumerate(actions):
        env.reset(seed=row)
        stepped.append(env.step(action)[1])
    found = returns(table, pictures.labels, np.array(actions))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, stepped)


@pytest.mark.parametrize("costs", [np.zeros((2, 2)), np.zeros((3, 4)), np.full((2, 3), np.nan), np.zeros(6)])
def test_costs_of_other_classes_are_refused(costs: np.ndarray) -> None:
    with pytest.raises(InputError, match="a row for each of the 2 classes and 3 columns"):
        Decision(vectors(), costs)
