"""The metric: the same tables however answers are dealt, as served and before scaling."""

import json

import numpy as np
import pytest
from scipy.special import softmax
from tensorflow_model_analysis.metrics import metric_types

from components.calibration import expected_calibration_error, perfect_band, reliability
from components.evaluator.calibration import RELIABILITY, Reliability, calibration_fields, with_temperature
from components.evaluator.component import eval_config
from pipeline.config import EvaluatorConfig

TEMPERATURE = 2.5


def _answers(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits, the probabilities that are served, labels; some of them are no class."""
    generator = np.random.default_rng(3)
    logits = generator.normal(size=(count, 3)) * 4
    return logits, softmax(logits / TEMPERATURE, axis=1).astype(np.float32), generator.integers(-1, 3, count)


def _counted(probabilities: np.ndarray, labels: np.ndarray, parts: int) -> np.ndarray:
    """What TFMA gets from answers that were counted in so many parts."""
    (computation,) = Reliability(temperature=TEMPERATURE).computations()
    combiner = computation.combiner
    accumulators = []
    for part in range(parts):
        accumulator = combiner.create_accumulator()
        for answer, label in zip(probabilities[part::parts], labels[part::parts], strict=True):
            inputs = metric_types.StandardMetricInputs(
                labels=np.array([label]), predictions=answer, example_weights=np.array([1.0])
            )
            accumulator = combiner.add_input(accumulator, inputs)
        accumulators.append(accumulator)
    output = combiner.extract_output(combiner.merge_accumulators(iter(accumulators)))
    assert [key.name for key in output] == [RELIABILITY]
    (tables,) = output.values()
    return np.asarray(tables)


@pytest.mark.parametrize("parts", [1, 3, 40])
def test_tables_as_served_and_before_scaling(parts: int) -> None:
    logits, probabilities, labels = _answers(40)
    served, before = _counted(probabilities, labels, parts)
    np.testing.assert_allclose(served, reliability(probabilities, labels))
    uncalibrated = softmax(logits, axis=1)
    assert expected_calibration_error(before) == pytest.approx(
        expected_calibration_error(reliability(uncalibrated, labels)), abs=1e-5
    )
    assert before[:2].sum() == served[:2].sum()
    assert not np.allclose(served, before)


def test_tables_without_answers() -> None:
    assert not _counted(np.zeros((0, 3)), np.zeros(0), parts=2).any()
    assert not _counted(np.zeros((0, 3)), np.zeros(0), parts=0).any()


def test_fields_of_the_summary() -> None:
    _, probabilities, labels = _answers(300)
    tables = _counted(probabilities, labels, parts=1)
    fields = calibration_fields(tables, TEMPERATURE)
    assert fields["temperature"] == TEMPERATURE
    assert fields["ece"] == expected_calibration_error(tables[0])
    assert fields["ece_uncalibrated"] == expected_calibration_error(tables[1]) != fields["ece"]
    assert fields["band_95"] == list(perfect_band(tables[0]))
    assert sum(each["count"] for each in fields["bins"]) == 300
    gaps = (each["count"] * abs(each["accuracy"] - each["confidence"]) for each in fields["bins"])
    assert sum(gaps) / 300 == pytest.approx(fields["ece"])
    for each in fields["bins"]:
        assert each["up_to"] - 1 / 15 <= each["confidence"] <= each["up_to"]
    assert json.loads(json.dumps(fields)) == fields


def test_temperature_reaches_this_metric_alone() -> None:
    config = eval_config(EvaluatorConfig())
    told = with_temperature(config, 1.5)
    ours, other = (
        [
            metric
            for spec in told.metrics_specs
            for metric in spec.metrics
            if (metric.class_name == name) is ours
        ]
        for name, ours in (("Reliability", True), ("Reliability", False))
    )
    assert [json.loads(metric.config) for metric in ours] == [{"temperature": 1.5}]
    assert all(not metric.config for metric in other)
    assert not any(metric.config for spec in config.metrics_specs for metric in spec.metrics)
