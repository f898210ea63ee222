"""What actions are called."""

import gymnasium
import pytest

from components.environments.decision import Decision
from components.environments.glimpse import Glimpse
from components.environments.names import DECISION, GLIMPSE, OWN, action_names
from pipeline.settings.environment import ASK
from tests.components.environments.shown import squares, vectors
from tests.components.environments.test_decision import COSTS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (DECISION, ["cat", "dog", ASK]),
        (GLIMPSE, ["left", "right", "up", "down", "cat", "dog"]),
        ("CarRacing-v3", ["0", "1", "2", "3", "4"]),
    ],
)
def test_every_action_has_a_name(name: str, expected: list[str]) -> None:
    assert action_names(name, ["cat", "dog"], count=5) == expected


def test_as_many_names_as_actions() -> None:
    envs = {DECISION: Decision(vectors(), COSTS), GLIMPSE: Glimpse(squares())}
    for name in OWN:
        assert name in gymnasium.registry
        assert len(action_names(name, ["cat", "dog"], 0)) == envs[name].action_space.n
