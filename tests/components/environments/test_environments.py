"""Many environments, stepped together."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from components.environments import make_envs
from components.environments.guarded import Guarded
from components.environments.names import GLIMPSE
from pipeline.errors import InputError
from pipeline.settings.environment import EnvironmentConfig
from tests.cli import run_python
from tests.components.environments.shown import squares, vectors


def test_each_held_out_picture_is_shown_once() -> None:
    envs = make_envs(EnvironmentConfig(), 5, vectors(count=5), is_held_out=True)
    observations, infos = envs.reset(seed=[4, 0, 3, 1, 2])
    np.testing.assert_array_equal(observations, [[4, 0], [0, 0], [3, 0], [1, 0], [2, 0]])
    assert infos["picture"].tolist() == [4, 0, 3, 1, 2]
    _, rewards, terminated, _, _ = envs.step(np.array([0, 1, 1, 2, 0]))
    assert rewards.tolist() == [0, -1, 0, -0.3, 0]
    assert terminated.all()


def test_whoever_steps_them_resets_those_that_ended() -> None:
    envs = make_envs(EnvironmentConfig(id=GLIMPSE), 3, squares())
    assert envs.metadata["autoreset_mode"] == AutoresetMode.DISABLED
    assert all(isinstance(env, Guarded) for env in envs.envs)
    observations, _ = envs.reset(seed=[1, 2, 3])
    assert observations["image"].shape == (3, 8, 8, 3) and observations["numbers"].shape == (3, 19)
    _, _, terminated, _, infos = envs.step(np.array([0, 4, 5]))
    assert terminated.tolist() == [False, True, True]
    assert infos["answer"].tolist() == [0, 0, 1] and infos["_answer"].tolist() == [False, True, True]
    after, _ = envs.reset(seed=[0, 7, 8], options={"reset_mask": terminated})
    assert after["numbers"][:, 2].tolist() == [np.float32(5 / 6), 1, 1]
    assert isinstance(envs.single_action_space, gymnasium.spaces.Discrete)


def test_spaces_must_be_the_same_every_time() -> None:
    with pytest.raises(InputError, match="Changing-v0` is made with other spaces every time"):
        make_envs(EnvironmentConfig(id="tests.components.environments.wild:graft-tests/Changing-v0"), 2)


def test_a_mistake_is_told_without_tensorflow() -> None:
    done = run_python("-c", "import sys, components.environments; print('tensorflow' in sys.modules)")
    assert done.stdout.strip() == "False", done.stderr
