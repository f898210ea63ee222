"""The `environment` section."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.settings.environment import DECISION, GLIMPSE, EnvironmentConfig, is_of_pictures


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [(DECISION, True), (GLIMPSE, True), ("CarRacing-v3", False), ("graft/Decision-v1", False)],
)
def test_ours_are_made_of_labelled_pictures(name: str, is_ours: bool) -> None:
    assert is_of_pictures(EnvironmentConfig(id=name)) == is_ours


def test_whole_pictures_where_nothing_is_said() -> None:
    config = EnvironmentConfig()
    assert (config.id, config.classifier, config.decision.costs) == (DECISION, None, {})
    assert EnvironmentConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    "settings",
    [
        {"id": ""},
        {"count": 0},
        {"classifier": ""},
        {"decision": {"ask": -1}},
        {"decision": {"costs": {"a": {"b": -1}}}},
        {"glimpse": {"window": 0}},
        {"glimpse": {"window": 1.1}},
        {"glimpse": {"positions": 1}},
        {"glimpse": {"budget": 0}},
        {"glimpse": {"cost": 1}},
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EnvironmentConfig.model_validate(settings)
