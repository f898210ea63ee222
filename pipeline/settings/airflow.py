"""The `airflow` section: when Airflow runs the pipeline, and how often it tries."""

from typing import Annotated

from pydantic import Field

from pipeline.settings.section import Section


class AirflowConfig(Section):
    """Of the DAG that `compile airflow` writes; a run on this machine asks for none of it."""

    schedule: str | None = None
    """A cron expression or one of Airflow's own words, such as `@daily`; left out, runs are triggered."""
    retries: Annotated[int, Field(ge=0, le=100)] = 2
    """How often a task that failed is tried again. Wrong input and a model that is not blessed are final."""
    retry_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    """Between one try and the next."""
