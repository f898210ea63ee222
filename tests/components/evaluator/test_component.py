"""The gate's configuration: slices and thresholds as the config names them."""

import pytest
from tensorflow_model_analysis.metrics import metric_specs
from tensorflow_model_analysis.proto import config_pb2
from tensorflow_model_analysis.utils import config_util

from components.evaluator.component import eval_config
from pipeline.config import EvaluatorConfig, ThresholdConfig

CONFIG = EvaluatorConfig(
    slices=("cell_type", "site"),
    thresholds=(
        ThresholdConfig(metric="accuracy", at_least=0.8),
        ThresholdConfig(metric="accuracy", at_least=0.6, slice="cell_type=mono"),
        ThresholdConfig(metric="macro_f1", at_least=0.7, slice="note=a=b"),
    ),
    max_accuracy_drop=0.02,
)


def _spec(config: EvaluatorConfig) -> config_pb2.MetricsSpec:
    (spec,) = eval_config(config).metrics_specs
    return spec


@pytest.mark.parametrize("slices", [(), ("cell_type",), ("cell_type", "site")])
def test_slices_are_overall_the_named_ones_and_the_label(slices: tuple[str, ...]) -> None:
    specs = eval_config(EvaluatorConfig(slices=slices)).slicing_specs
    assert [list(spec.feature_keys) for spec in specs] == [[], *([name] for name in slices), ["label"]]
    assert not any(spec.feature_values for spec in specs)


@pytest.mark.parametrize(
    ("slices", "thresholds", "expected"),
    [
        (("label",), (), [[], ["label"]]),
        (("label", "label", "a", "a"), (), [[], ["label"], ["a"]]),
        ((("b", "a"), ("a", "b"), ("a", "a")), (), [[], ["a", "b"], ["a"], ["label"]]),
        (((),), (), [[], ["label"]]),
        ((), ("overall",), [[], ["label"]]),
        ((), ("a=x", "a=y"), [[], ["a"], ["label"]]),
        (("a",), ("a=x", "label=cat"), [[], ["a"], ["label"]]),
        (("a",), ("b=x,a=y",), [[], ["a"], ["a", "b"], ["label"]]),
    ],
)
def test_each_slice_is_named_once_and_those_of_thresholds_are_named(
    slices: tuple[str | tuple[str, ...], ...], thresholds: tuple[str, ...], expected: list[list[str]]
) -> None:
    gates = tuple(ThresholdConfig(metric="accuracy", at_least=0, slice=name) for name in thresholds)
    specs = eval_config(EvaluatorConfig(slices=slices, thresholds=gates)).slicing_specs
    assert [list(spec.feature_keys) for spec in specs] == expected


def test_value_thresholds_by_metric_and_slice() -> None:
    found = {
        (metric, tuple(slicing.feature_values.items())): threshold.threshold.value_threshold.lower_bound.value
        for metric, thresholds in _spec(CONFIG).per_slice_thresholds.items()
        for threshold in thresholds.thresholds
        for slicing in threshold.slicing_specs
        if threshold.threshold.HasField("value_threshold")
    }
    assert found == {
        ("accuracy", ()): 0.8,
        ("accuracy", (("cell_type", "mono"),)): 0.6,
        ("macro_f1", (("note", "a=b"),)): 0.7,
    }


@pytest.mark.parametrize("drop", [0.0, 0.02, 1.0])
def test_change_threshold_allows_the_drop_overall_and_no_more(drop: float) -> None:
    spec = _spec(EvaluatorConfig(max_accuracy_drop=drop, thresholds=()))
    # A threshold without a slice would be asked of every slice.
    assert not spec.thresholds
    assert list(spec.per_slice_thresholds) == ["accuracy"]
    (threshold,) = (
        threshold
        for threshold in spec.per_slice_thresholds["accuracy"].thresholds
        if threshold.threshold.HasField("change_threshold")
    )
    (overall,) = threshold.slicing_specs
    assert not overall.feature_keys and not overall.feature_values
    change = threshold.threshold.change_threshold
    assert change.absolute.value == -drop
    assert change.direction == config_pb2.MetricDirection.HIGHER_IS_BETTER
    assert not change.HasField("relative")


def test_model_is_judged_through_what_it_serves() -> None:
    (model,) = eval_config(CONFIG).model_specs
    assert model.signature_name == "serving_examples"
    assert list(model.preprocessing_function_names) == ["label_ids"]
    assert (model.label_key, model.prediction_key) == ("label_xf", "probabilities")


@pytest.mark.parametrize("thresholds", [CONFIG.thresholds, ()])
@pytest.mark.parametrize("has_baseline", [True, False])
def test_tfma_accepts_the_configuration_and_has_something_to_bless_by(
    has_baseline: bool, thresholds: tuple[ThresholdConfig, ...]
) -> None:
    config = config_util.update_eval_config_with_defaults(
        eval_config(CONFIG.model_copy(update={"thresholds": thresholds})),
        has_baseline=has_baseline,
        rubber_stamp=True,
    )
    config_util.verify_eval_config(config)
    assert metric_specs.metric_thresholds_from_metrics_specs(config.metrics_specs, eval_config=config)
    names = [spec.name for spec in config.model_specs]
    assert len(names) == (2 if has_baseline else 1)
    (spec,) = config.metrics_specs
    assert [metric.class_name for metric in spec.metrics] == ["ArgmaxScores", "Reliability"]
