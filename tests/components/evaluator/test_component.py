"""TFMA's configuration: slices as the config names them, and nothing to bless by."""

import pytest
from tensorflow_model_analysis.metrics import metric_specs
from tensorflow_model_analysis.utils import config_util
from tfx import types
from tfx.types.standard_artifacts import Examples, Model, Schema

from components.evaluator.component import build, eval_config
from pipeline.settings.evaluator import EvaluatorConfig, ThresholdConfig

CONFIG = EvaluatorConfig(
    slices=("cell_type", "site"),
    thresholds=(
        ThresholdConfig(metric="accuracy", at_least=0.8),
        ThresholdConfig(metric="accuracy", at_least=0.6, slice="cell_type=mono"),
        ThresholdConfig(metric="macro_f1", at_least=0.7, slice="note=a=b"),
    ),
    max_accuracy_drop=0.02,
)


@pytest.mark.parametrize("slices", [(), ("cell_type",), ("cell_type", "site")])
def test_slices_are_overall_and_the_named_ones(slices: tuple[str, ...]) -> None:
    specs = eval_config(EvaluatorConfig(slices=slices)).slicing_specs
    assert [list(spec.feature_keys) for spec in specs] == [[], *([name] for name in slices)]
    assert not any(spec.feature_values for spec in specs)


@pytest.mark.parametrize(
    ("slices", "thresholds", "expected"),
    [
        (("label",), (), [[], ["label"]]),
        (("label", "label", "a", "a"), (), [[], ["a"], ["label"]]),
        ((("b", "a"), ("a", "b"), ("a", "a")), (), [[], ["a"], ["a", "b"]]),
        (((),), (), [[]]),
        ((), ("overall",), [[]]),
        ((), ("a=x", "a=y"), [[], ["a"]]),
        (("a",), ("a=x", "label=cat"), [[], ["a"], ["label"]]),
        (("a",), ("b=x,a=y",), [[], ["a"], ["a", "b"]]),
    ],
)
def test_each_slice_is_named_once_and_those_of_thresholds_are_named(
    slices: tuple[str | tuple[str, ...], ...], thresholds: tuple[str, ...], expected: list[list[str]]
) -> None:
    gates = tuple(ThresholdConfig(metric="accuracy", at_least=0, slice=name) for name in thresholds)
    specs = eval_config(EvaluatorConfig(slices=slices, thresholds=gates)).slicing_specs
    assert [list(spec.feature_keys) for spec in specs] == expected


def test_model_is_judged_through_what_it_serves() -> None:
    (model,) = eval_config(CONFIG).model_specs
    assert model.signature_name == "serving_examples"
    assert list(model.preprocessing_function_names) == ["label_ids"]
    assert (model.label_key, model.prediction_key) == ("label_xf", "probabilities")


@pytest.mark.parametrize("has_baseline", [True, False])
def test_tfma_accepts_the_configuration_and_leaves_the_blessing_to_us(has_baseline: bool) -> None:
    config = config_util.update_eval_config_with_defaults(
        eval_config(CONFIG), has_baseline=has_baseline, rubber_stamp=True
    )
    config_util.verify_eval_config(config)
    assert not metric_specs.metric_thresholds_from_metrics_specs(config.metrics_specs, eval_config=config)
    names = [spec.name for spec in config.model_specs]
    assert len(names) == (2 if has_baseline else 1)
    (spec,) = config.metrics_specs
    assert [metric.class_name for metric in spec.metrics] == ["ArgmaxScores"]


def test_another_gate_is_another_evaluation() -> None:
    channels = [types.Channel(type=kind) for kind in (Examples, Model, Model, Schema)]
    told = [
        build(*channels, EvaluatorConfig(thresholds=thresholds)).exec_properties["config"]
        for thresholds in ((), CONFIG.thresholds)
    ]
    assert told[0] != told[1]
    assert EvaluatorConfig.model_validate_json(told[1]).thresholds == CONFIG.thresholds
