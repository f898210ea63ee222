"""Which environments a policy can act in."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from components.environments.names import OWN
from components.environments.spaces import check_spaces
from pipeline.errors import InputError
from tests.components.environments.wild import FLOATS, SPACE, Wild


def _box(*shape: int, dtype: type = np.uint8) -> gymnasium.spaces.Box:
    return gymnasium.spaces.Box(0, 1, shape, dtype)


@pytest.mark.parametrize("space", [SPACE, _box(4, 5, 3), _box(4, 5, 1), _box(4, 5), _box(1, 1, 3)])
def test_pictures_are_taken(space: gymnasium.Space) -> None:
    check_spaces(Wild(observations=space), "wild-v0")


@pytest.mark.parametrize(
    "space",
    [
        _box(4, 5, 2),
        _box(4, 5, 4),
        _box(3, 4, 5, 3),
        _box(4),
        _box(),
        _box(0, 4, 3),
        _box(4, 5, 3, dtype=np.float32),
        FLOATS,
        gymnasium.spaces.Discrete(3),
        gymnasium.spaces.Dict({"image": SPACE}),
        gymnasium.spaces.Tuple([SPACE]),
        gymnasium.spaces.Text(5),
        None,
    ],
)
def test_what_is_no_picture_is_refused(space: Any) -> None:
    with pytest.raises(InputError, match="`wild-v0` observes .*, which is no picture") as raised:
        check_spaces(Wild(observations=space), "wild-v0")
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 600
    if space is not None:
        for name in OWN:
            check_spaces(Wild(observations=space), name)


@pytest.mark.parametrize(
    "space", [FLOATS, gymnasium.spaces.MultiDiscrete([2, 2]), gymnasium.spaces.Discrete(1), SPACE, None]
)
def test_actions_must_be_numbered(space: Any) -> None:
    with pytest.raises(InputError, match="`wild-v0` takes actions of .*continuous: false"):
        check_spaces(Wild(actions=space), "wild-v0")


def test_silence_is_told() -> None:
    class Silent(gymnasium.Env):
        pass

    with pytest.raises(InputError, match="lacks `action_space` or `observation_space`"):
        check_spaces(Silent(), "wild-v0")
