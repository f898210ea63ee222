"""The Evaluator's reliability tables, for the probabilities as served and as they were before scaling.

Synopsis:
    metrics.MetricConfig(class_name="Reliability", config='{"temperature": 1.3}')
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types, metric_util
from tensorflow_model_analysis.proto import config_pb2

from components import calibration

RELIABILITY = "reliability"
"""Name of the metric: float64 [2, 3, BINS], the tables as served and before scaling."""
_SERVED, _BEFORE = range(2)


class Reliability(tfma.metrics.Metric):
    """TFMA's door to `components.calibration`; its config names this class, this module, a temperature."""

    def __init__(self, temperature: float = 1.0, name: str = RELIABILITY) -> None:
        super().__init__(_computations, name=name, temperature=temperature)


def with_temperature(eval_config: config_pb2.EvalConfig, temperature: float) -> config_pb2.EvalConfig:
    """Tells the metric what the candidate's logits were divided by: known only once it was trained."""
    told = config_pb2.EvalConfig()
    told.CopyFrom(eval_config)
    for spec in told.metrics_specs:
        for metric in spec.metrics:
            if metric.class_name == Reliability.__name__:
                metric.config = json.dumps({"temperature": temperature})
    return told


def calibration_fields(tables: np.ndarray, temperature: float) -> dict[str, Any]:
    """The fields of `summary.json`, from the overall slice's tables.

    Args:
        tables: float64 [2, 3, BINS], as `Reliability` counts them.
        temperature: of the candidate.

    Returns:
        `temperature`; `ece`, the expected calibration error as served; `ece_uncalibrated`, at temperature 1;
        `band_95`, what a perfectly calibrated model would show; `bins`, those that hold answers, each with
        `up_to` (its largest confidence), `count`, `accuracy` and mean `confidence`.
    """
    served = tables[_SERVED]
    bins = [
        {
            "up_to": (place + 1) / calibration.BINS,
            "count": int(count),
            "accuracy": right / count,
            "confidence": confidence / count,
        }
        for place, (count, right, confidence) in enumerate(served.T.tolist())
        if count
    ]
    return {
        "temperature": temperature,
        "ece": calibration.expected_calibration_error(served),
        "ece_uncalibrated": calibration.expected_calibration_error(tables[_BEFORE]),
        "band_95": list(calibration.perfect_band(served)),
        "bins": bins,
    }


def _computations(
    name: str,
    temperature: float,
    model_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> list[Any]:
    """One count for each model: with a baseline there are two, and only the candidate's is read."""
    return [
        metric_types.MetricComputation(
            keys=[metric_types.MetricKey(name, model_name, output_name)],
            preprocessors=None,
            combiner=_Tables(metric_types.MetricKey(name, model_name, output_name), temperature),
        )
        for model_name in model_names or [""]
        for output_name in output_names or [""]
    ]


class _Tables(beam.CombineFn):
    """Counts each answer twice: as served, and as it was before scaling."""

    def __init__(self, key: metric_types.MetricKey, temperature: float) -> None:
        self._key = key
        self._temperature = temperature

    def create_accumulator(self) -> np.ndarray:
        return np.stack([calibration.no_answers()] * 2)

    def add_input(self, tables: np.ndarray, inputs: metric_types.StandardMetricInputs) -> np.ndarray:
        for label, probabilities, _ in metric_util.to_label_prediction_example_weight(
            inputs, model_name=self._key.model_name, output_name=self._key.output_name, flatten=False
        ):
            label_id = int(np.ravel(label)[0])
            before = calibration.without_temperature(probabilities, self._temperature)
            calibration.add_answer(tables[_SERVED], probabilities, label_id)
            calibration.add_answer(tables[_BEFORE], before, label_id)
        return tables

    def merge_accumulators(self, tables: Iterable[np.ndarray]) -> np.ndarray:
        return np.sum([self.create_accumulator(), *tables], axis=0)

    def extract_output(self, tables: np.ndarray) -> dict[metric_types.MetricKey, np.ndarray]:
        return {self._key: tables}
