"""Evaluator: TFX's own, over the test split, with our metrics and the gate's thresholds.

In: `examples`, `model`, the last blessed model, `schema`. Out: `evaluation` and `blessing`. It judges
the exported SavedModel through the signature that serves, so that a difference between training and
serving would show here.
"""

from tensorflow_model_analysis.proto import config_pb2
from tfx import types
from tfx.components import Evaluator

from components import features
from components.evaluator import metrics
from pipeline.config import EvaluatorConfig

OVERALL = "overall"


def build(
    examples: types.Channel,
    model: types.Channel,
    baseline_model: types.Channel,
    schema: types.Channel,
    config: EvaluatorConfig,
) -> Evaluator:
    """The node of this room."""
    return Evaluator(
        examples=examples,
        model=model,
        baseline_model=baseline_model,
        schema=schema,
        example_splits=[features.TEST],
        eval_config=eval_config(config),
    )


def eval_config(config: EvaluatorConfig) -> config_pb2.EvalConfig:
    """TFMA's configuration: signature, slices, metrics, thresholds."""
    model_spec = config_pb2.ModelSpec(
        signature_name="serving_examples",
        preprocessing_function_names=["label_ids"],
        label_key=features.LABEL_XF,
        prediction_key="probabilities",
    )
    slices = [config_pb2.SlicingSpec()]
    slices += [config_pb2.SlicingSpec(feature_keys=[name]) for name in (*config.slices, features.LABEL)]
    spec = config_pb2.MetricsSpec(
        metrics=[config_pb2.MetricConfig(class_name="ArgmaxScores", module=metrics.__name__)]
    )
    for threshold in config.thresholds:
        spec.per_slice_thresholds[threshold.metric].thresholds.add(
            slicing_specs=[_slicing_spec(threshold.slice)],
            threshold=config_pb2.MetricThreshold(
                value_threshold=config_pb2.GenericValueThreshold(lower_bound={"value": threshold.at_least})
            ),
        )
    # Named per slice although it is the overall one: without a slice, TFMA would ask it of every slice.
    spec.per_slice_thresholds[metrics.ACCURACY].thresholds.add(
        slicing_specs=[_slicing_spec(OVERALL)],
        threshold=config_pb2.MetricThreshold(
            change_threshold=config_pb2.GenericChangeThreshold(
                direction=config_pb2.MetricDirection.HIGHER_IS_BETTER,
                absolute={"value": -config.max_accuracy_drop},
            )
        ),
    )
    return config_pb2.EvalConfig(model_specs=[model_spec], slicing_specs=slices, metrics_specs=[spec])


def _slicing_spec(name: str) -> config_pb2.SlicingSpec:
    if name == OVERALL:
        return config_pb2.SlicingSpec()
    feature, _, value = name.partition("=")
    return config_pb2.SlicingSpec(feature_values={feature: value})
