"""Ensemble: one model of several, which answers with the mean of theirs.

In: `models`, those that Trainer exported, and `examples`, whose eval split the temperature is chosen on.
Out: `model`, a SavedModel with the same signatures.
"""

from collections.abc import Sequence

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import channel_utils, component_spec, standard_artifacts

from components.ensemble.executor import EnsembleExecutor
from pipeline.settings.trainer import TrainerConfig


class EnsembleSpec(component_spec.ComponentSpec):
    """Inputs and outputs."""

    PARAMETERS = {"calibration": component_spec.ExecutionParameter(type=str)}
    INPUTS = {
        "models": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS = {"model": component_spec.ChannelParameter(type=standard_artifacts.Model)}


class Ensemble(base_component.BaseComponent):
    """Joins exported models; see `build`."""

    SPEC_CLASS = EnsembleSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(EnsembleExecutor)


def build(models: Sequence[types.Channel], examples: types.Channel, config: TrainerConfig) -> Ensemble | None:
    """The node of this room; a single model needs none.

    Args:
        models: exported by Trainer, one channel each, the first trunk's first.
        examples: of all splits.
        config: of the training; says whether the mean is scaled once more.
    """
    if len(models) == 1:
        return None
    spec = EnsembleSpec(
        calibration=config.calibration,
        models=channel_utils.union(models),
        examples=examples,
        model=types.Channel(type=standard_artifacts.Model),
    )
    return Ensemble(spec)
