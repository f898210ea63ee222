"""ExampleValidator: is the data what the schema, the other splits and the last run promise?

In: `statistics`, `schema`, and the statistics of the last run that came through, if there was one. Out:
`anomalies`. Errors stop the run if the schema was reviewed; an inferred one is nobody's promise.
"""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts, standard_component_specs

from components.example_validator.executor import ValidatingExecutor
from pipeline.config import ExampleValidatorConfig


class ExampleValidatorSpec(component_spec.ComponentSpec):
    """TFX's spec, with the last run's statistics and the gate."""

    PARAMETERS = {"stop_at": component_spec.ExecutionParameter(type=str)}
    INPUTS = {
        **standard_component_specs.ExampleValidatorSpec.INPUTS,
        "previous_statistics": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleStatistics, optional=True
        ),
    }
    OUTPUTS = standard_component_specs.ExampleValidatorSpec.OUTPUTS


class ExampleValidator(base_component.BaseComponent):
    """Holds every split against the schema; see `build`."""

    SPEC_CLASS = ExampleValidatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ValidatingExecutor)


def build(
    statistics: types.Channel,
    schema: types.Channel,
    previous: types.Channel,
    config: ExampleValidatorConfig,
    is_reviewed: bool,
) -> ExampleValidator:
    """The node of this room.

    Args:
        statistics: of this run.
        schema: inferred or reviewed.
        previous: statistics of the last run that came through, or an empty channel.
        config: whether anomalies stop the run.
        is_reviewed: whether the schema was reviewed; otherwise nothing stops the run.
    """
    spec = ExampleValidatorSpec(
        statistics=statistics,
        schema=schema,
        previous_statistics=previous,
        stop_at=config.stop_at if is_reviewed else "never",
        anomalies=types.Channel(type=standard_artifacts.ExampleAnomalies),
    )
    return ExampleValidator(spec)
