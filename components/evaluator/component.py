"""Evaluator: TFX's own, over the test split, with our figures and our gate.

In: `examples`, `model`, the last blessed model, `schema`. Out: `evaluation` and `blessing`. It judges
the exported SavedModel through the signature that serves, so that a difference between training and
serving would show here.
"""

from tensorflow_model_analysis.proto import config_pb2
from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts, standard_component_specs
from tfx.utils import json_utils

from components import features
from components.evaluator import extractors, metrics
from components.evaluator.executor import CONFIG, ExplainedEvaluatorExecutor
from pipeline.settings.evaluator import EvaluatorConfig


class ExplainedEvaluatorSpec(standard_component_specs.EvaluatorSpec):
    """TFX's, and the node's section of the config, so that another gate is another evaluation."""

    PARAMETERS = {
        **standard_component_specs.EvaluatorSpec.PARAMETERS,
        CONFIG: component_spec.ExecutionParameter(type=str),
    }


class ExplainedEvaluator(base_beam_component.BaseBeamComponent):
    """Evaluator that says why; its node is called Evaluator."""

    SPEC_CLASS = ExplainedEvaluatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(ExplainedEvaluatorExecutor)


def build(
    examples: types.Channel,
    model: types.Channel,
    baseline_model: types.Channel,
    schema: types.Channel,
    config: EvaluatorConfig,
) -> ExplainedEvaluator:
    """The node of this room."""
    spec = ExplainedEvaluatorSpec(
        examples=examples,
        model=model,
        baseline_model=baseline_model,
        schema=schema,
        example_splits=json_utils.dumps([features.TEST]),
        eval_config=eval_config(config),
        module_path=extractors.__name__,
        config=config.model_dump_json(exclude={"returns"}),
        evaluation=types.Channel(type=standard_artifacts.ModelEvaluation),
        blessing=types.Channel(type=standard_artifacts.ModelBlessing),
    )
    return ExplainedEvaluator(spec).with_id("Evaluator")


def eval_config(config: EvaluatorConfig) -> config_pb2.EvalConfig:
    """TFMA's configuration: signature, slices, metrics. The gate is ours; it has no thresholds."""
    model_spec = config_pb2.ModelSpec(
        signature_name="serving_examples",
        preprocessing_function_names=["label_ids"],
        label_key=features.LABEL_XF,
        prediction_key="probabilities",
    )
    argmax = config_pb2.MetricConfig(class_name="ArgmaxScores", module=metrics.__name__)
    return config_pb2.EvalConfig(
        model_specs=[model_spec],
        # TFMA counts an example twice in a slice that is named twice, and knows no slice that is not named.
        slicing_specs=[config_pb2.SlicingSpec(feature_keys=columns) for columns in [(), *config.crossings()]],
        metrics_specs=[config_pb2.MetricsSpec(metrics=[argmax])],
    )
