"""The `policy` section."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig


def test_the_head_learns_first_and_then_the_top_of_the_trunk() -> None:
    config = PolicyConfig()
    assert [(phase.name, phase.unfreeze) for phase in config.phases] == [
        ("head", "head"),
        ("fine_tune", "20%"),
    ]
    assert PolicyConfig.model_validate_json(config.model_dump_json()) == config


def test_phases_differ_by_name_and_there_is_one() -> None:
    phase = PolicyPhaseConfig(name="a", steps=1)
    with pytest.raises(ValidationError, match="phases must have different names. Received: \\['a', 'a'\\]"):
        PolicyConfig(phases=(phase, phase))
    with pytest.raises(ValidationError, match="at least 1 item"):
        PolicyConfig(phases=())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("algorithm", "dqn"),
        ("rollout", 0),
        ("passes", 0),
        ("batch_size", 0),
        ("clip", 0),
        ("clip", 1),
        ("discount", 1.1),
        ("smoothing", -0.1),
        ("entropy", -1),
        ("judged_every", 0),
        ("episodes", 0),
        ("largest_gradient", 0),
        ("hidden", -1),
    ],
)
def test_settings_that_make_no_sense(name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=name):
        PolicyConfig.model_validate({name: value})


@pytest.mark.parametrize(
    "phase", [{"steps": -1}, {"name": "Head"}, {"name": "a/b"}, {"depth_decay": 0}, {"schedule": "linear"}]
)
def test_phases_that_make_no_sense(phase: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PolicyPhaseConfig.model_validate({"name": "a", "steps": 1, **phase})


def test_a_mistake_is_told_in_one_line() -> None:
    with pytest.raises(InputError, match="policy.rollout") as told:
        load_config(None, overrides=["policy.rollout=0"])
    assert len(str(told.value).splitlines()) == 1
