"""Evaluator of a policy: what its actions earn in episodes that it never learnt from, and our gate.

In: `model`, the last blessed model, and `examples` where the environment is made of labelled pictures. Out:
`evaluation` and `blessing`. It judges the exported SavedModel through the signature that serves.
"""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.evaluator.returns.executor import CONFIG, ENVIRONMENT, ReturnsEvaluatorExecutor
from pipeline.settings.environment import EnvironmentConfig
from pipeline.settings.evaluator import EvaluatorConfig


class ReturnsEvaluatorSpec(component_spec.ComponentSpec):
    """Everything that the figures depend on is a property, so that another gate is another evaluation."""

    PARAMETERS = {
        CONFIG: component_spec.ExecutionParameter(type=str),
        ENVIRONMENT: component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "baseline_model": component_spec.ChannelParameter(type=standard_artifacts.Model, optional=True),
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples, optional=True),
    }
    OUTPUTS = {
        "evaluation": component_spec.ChannelParameter(type=standard_artifacts.ModelEvaluation),
        "blessing": component_spec.ChannelParameter(type=standard_artifacts.ModelBlessing),
    }


class ReturnsEvaluator(base_component.BaseComponent):
    """Evaluator by returns; its node is called Evaluator."""

    SPEC_CLASS = ReturnsEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ReturnsEvaluatorExecutor)


def build(
    model: types.Channel,
    baseline_model: types.Channel,
    config: EvaluatorConfig,
    environment: EnvironmentConfig,
    examples: types.Channel | None = None,
) -> ReturnsEvaluator:
    """The node of this room.

    Args:
        model: the policy, exported.
        baseline_model: the last blessed one.
        config: slices and gate.
        environment: what it acts in.
        examples: of all splits, where the environment is made of them.
    """
    spec = ReturnsEvaluatorSpec(
        model=model,
        baseline_model=baseline_model,
        examples=examples,
        config=config.model_dump_json(exclude={"max_accuracy_drop", "smallest_slice"}),
        environment=environment.model_dump_json(),
        evaluation=types.Channel(type=standard_artifacts.ModelEvaluation),
        blessing=types.Channel(type=standard_artifacts.ModelBlessing),
    )
    return ReturnsEvaluator(spec).with_id("Evaluator")
