"""The `airflow` section."""

import pytest
from pydantic import ValidationError

from pipeline.settings.airflow import AirflowConfig


def test_runs_are_triggered_unless_a_schedule_is_given() -> None:
    assert AirflowConfig().schedule is None
    assert AirflowConfig(schedule="@daily").schedule == "@daily"


@pytest.mark.parametrize("settings", [{"retries": -1}, {"retry_seconds": -1}, {"retry_seconds": 86_401}])
def test_no_negative_tries_or_waits(settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        AirflowConfig(**settings)  # type: ignore[arg-type]
