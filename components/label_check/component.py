"""LabelCheck: ranks the labels that are likely wrong.

In: `examples`, `features` (Augment's store, of the first trunk), `model`, and `evaluation` with its answers
on test. Out: `suspects`, a table of all labels. Nothing learns from it: a person decides what is to change.
"""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.label_check.executor import LabelCheckExecutor
from pipeline.config import LabelCheckConfig


class Suspects(types.Artifact):
    """`components.label_check.suspects` reads and writes it."""

    TYPE_NAME = "Suspects"


class LabelCheckSpec(component_spec.ComponentSpec):
    """Inputs and outputs."""

    PARAMETERS = {
        "folds": component_spec.ExecutionParameter(type=int),
        "group": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "features": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "evaluation": component_spec.ChannelParameter(type=standard_artifacts.ModelEvaluation),
    }
    OUTPUTS = {"suspects": component_spec.ChannelParameter(type=Suspects)}


class LabelCheck(base_component.BaseComponent):
    """Doubts labels; see `build`."""

    SPEC_CLASS = LabelCheckSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(LabelCheckExecutor)


def build(
    examples: types.Channel,
    features: types.Channel,
    model: types.Channel,
    evaluation: types.Channel,
    config: LabelCheckConfig,
    group: str | None,
) -> LabelCheck | None:
    """The node of this room, unless it is left out.

    Args:
        examples: of all splits.
        features: Augment's store.
        model: whose classes are known.
        evaluation: with the model's answers on test.
        config: of the node.
        group: the column of pictures that belong together, if there is one.
    """
    if not config.folds:
        return None
    spec = LabelCheckSpec(
        folds=config.folds,
        group=group or "",
        examples=examples,
        features=features,
        model=model,
        evaluation=evaluation,
        suspects=types.Channel(type=Suspects),
    )
    return LabelCheck(spec)
