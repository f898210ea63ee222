"""Evaluator: TFX's own, over the test split, with our metrics and the gate's thresholds.

In: `examples`, `model`, the last blessed model, `schema`. Out: `evaluation` and `blessing`. It judges
the exported SavedModel through the signature that serves, so that a difference between training and
serving would show here.
"""

from tensorflow_model_analysis.proto import config_pb2
from tfx import types
from tfx.components import Evaluator
from tfx.dsl.components.base import executor_spec

from components import features
from components.evaluator import calibration, metrics
from components.evaluator.executor import CountedEvaluatorExecutor
from pipeline.config import EvaluatorConfig, ThresholdConfig

_NO_FLOOR = ThresholdConfig(metric="accuracy", at_least=0)
"""Stands in where no threshold is set: TFX blesses nothing that was held against nothing."""


class CountedEvaluator(Evaluator):
    """Evaluator that answers for every test picture; its node is called Evaluator."""

    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(CountedEvaluatorExecutor)


def build(
    examples: types.Channel,
    model: types.Channel,
    baseline_model: types.Channel,
    schema: types.Channel,
    config: EvaluatorConfig,
) -> Evaluator:
    """The node of this room."""
    node = CountedEvaluator(
        examples=examples,
        model=model,
        baseline_model=baseline_model,
        schema=schema,
        example_splits=[features.TEST],
        eval_config=eval_config(config),
    )
    return node.with_id("Evaluator")


def eval_config(config: EvaluatorConfig) -> config_pb2.EvalConfig:
    """TFMA's configuration: signature, slices, metrics, thresholds."""
    model_spec = config_pb2.ModelSpec(
        signature_name="serving_examples",
        preprocessing_function_names=["label_ids"],
        label_key=features.LABEL_XF,
        prediction_key="probabilities",
    )
    spec = config_pb2.MetricsSpec(
        metrics=[
            config_pb2.MetricConfig(class_name="ArgmaxScores", module=metrics.__name__),
            config_pb2.MetricConfig(class_name="Reliability", module=calibration.__name__),
        ]
    )
    for threshold in config.thresholds or (_NO_FLOOR,):
        spec.per_slice_thresholds[threshold.metric].thresholds.add(
            slicing_specs=[config_pb2.SlicingSpec(feature_values=threshold.values())],
            threshold=config_pb2.MetricThreshold(
                value_threshold=config_pb2.GenericValueThreshold(lower_bound={"value": threshold.at_least})
            ),
        )
    # Named per slice although it is the overall one: without a slice, TFMA would ask it of every slice.
    spec.per_slice_thresholds[metrics.ACCURACY].thresholds.add(
        slicing_specs=[config_pb2.SlicingSpec()],
        threshold=config_pb2.MetricThreshold(
            change_threshold=config_pb2.GenericChangeThreshold(
                direction=config_pb2.MetricDirection.HIGHER_IS_BETTER,
                absolute={"value": -config.max_accuracy_drop},
            )
        ),
    )
    return config_pb2.EvalConfig(
        model_specs=[model_spec], slicing_specs=_slicing_specs(config), metrics_specs=[spec]
    )


def _slicing_specs(config: EvaluatorConfig) -> list[config_pb2.SlicingSpec]:
    """The overall slice, those of the config, those that a threshold asks for, the label's; each once.

    TFMA counts an example twice in a slice that is named twice, and knows no slice that is not named.
    """
    asked = [*config.crossings(), *(tuple(threshold.values()) for threshold in config.thresholds)]
    named = dict.fromkeys(tuple(sorted(set(columns))) for columns in [(), *asked, (features.LABEL,)])
    return [config_pb2.SlicingSpec(feature_keys=columns) for columns in named]
