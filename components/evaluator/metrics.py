"""Argmax-exact scores for TFMA, by slice, for the tools that read its results.

TFMA thresholds each class at 0.5 when it binarizes, which is not what a classifier's answer means, and
its macro averages are NaN on a slice that lacks a class.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types, metric_util

from components.evaluator.confusion import confusion_matrix, scores


def _no_counts(classes: int) -> np.ndarray:
    return confusion_matrix(np.zeros(0, int), np.zeros(0, int), classes)


class ArgmaxScores(tfma.metrics.Metric):
    """TFMA's door to `components.evaluator.confusion`; its config names this class and this module."""

    def __init__(self, name: str = "argmax_scores") -> None:
        super().__init__(_computations, name=name)


def _computations(
    name: str, model_names: Sequence[str] | None = None, output_names: Sequence[str] | None = None
) -> list[Any]:
    """One count for each model: with a baseline there are two."""
    return [
        metric_types.MetricComputation(
            keys=[_metric_key(name, model_name, output_name, None)],
            preprocessors=None,
            combiner=_ConfusionMatrix(model_name, output_name),
        )
        for model_name in model_names or [""]
        for output_name in output_names or [""]
    ]


def _metric_key(name: str, model_name: str, output_name: str, sub_key: Any) -> metric_types.MetricKey:
    # `example_weighted=None`, as in the keys that TFMA makes of thresholds; False would match none.
    return metric_types.MetricKey(
        name=name, model_name=model_name, output_name=output_name, sub_key=sub_key, example_weighted=None
    )


class _ConfusionMatrix(beam.CombineFn):
    """Counts label against argmax; the number of classes is that of the probabilities.

    Transform's vocabulary gives a class that it does not hold the id -1.
    """

    def __init__(self, model_name: str, output_name: str) -> None:
        self._model_name = model_name
        self._output_name = output_name

    def create_accumulator(self) -> np.ndarray:
        return _no_counts(0)

    def add_input(self, matrix: np.ndarray, inputs: metric_types.StandardMetricInputs) -> np.ndarray:
        for label, probabilities, _ in metric_util.to_label_prediction_example_weight(
            inputs, model_name=self._model_name, output_name=self._output_name, flatten=False
        ):
            classes = probabilities.size
            if len(matrix) <= 1:
                matrix = _no_counts(classes)
            label_id = int(np.ravel(label)[0])
            row = label_id if 0 <= label_id < classes else classes
            matrix[row, int(np.argmax(probabilities))] += 1
        return matrix

    def merge_accumulators(self, matrices: Iterable[np.ndarray]) -> np.ndarray:
        return np.sum(
            [matrix for matrix in matrices if len(matrix) > 1] or [self.create_accumulator()], axis=0
        )

    def extract_output(self, matrix: np.ndarray) -> dict[metric_types.MetricKey, float]:
        metrics = {}
        for name, value in scores(matrix).items():
            if isinstance(value, np.ndarray) and value.ndim:
                metrics.update({self._key(name, index): float(score) for index, score in enumerate(value)})
            else:
                metrics[self._key(name)] = float(value)
        return metrics

    def _key(self, name: str, class_id: int | None = None) -> metric_types.MetricKey:
        sub_key = None if class_id is None else metric_types.SubKey(class_id=class_id)
        return _metric_key(name, self._model_name, self._output_name, sub_key)
