"""Argmax-exact metrics for TFMA: equal to scikit-learn's on the same predictions.

TFMA thresholds each class at 0.5 when it binarizes, which is not what a classifier's answer means, and
its macro averages are NaN on a slice that lacks a class; NaN fails every gate. Here one confusion matrix
of labels against argmax is counted, and everything else follows from it. Classes that a slice neither
holds nor predicts are left out of its macro averages, as scikit-learn leaves them out.

A model may be asked of a class that it never learnt, a baseline above all. Such a picture is a miss: it
counts in the accuracy, and in the precision of the class that it was taken for.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types, metric_util

ACCURACY, SUPPORT = "accuracy", "support"
PRECISION, RECALL, F1 = "precision", "recall", "f1"
CONFUSION = "confusion"
"""`confusion` counts pairs: name `confusion/<true>`, sub-key class_id <predicted>. The last <true> stands
for all classes that the model does not know."""


def scores(matrix: np.ndarray) -> dict[str, float | np.ndarray]:
    """All scores of a confusion matrix.

    Args:
        matrix: counts [classes + 1, classes]; rows are labels, the last one those that the model does not
            know; columns are predictions.

    Returns:
        `accuracy`, `support` (examples), `macro_precision`, `macro_recall`, `macro_f1` as floats;
        `precision`, `recall`, `f1` as float64 [classes]. A ratio with nothing below it is 0, as
        with scikit-learn's `zero_division=0`; unknown labels stand outside of its `labels`. No value
        is ever NaN.
    """
    hits = np.diag(matrix).astype(np.float64)
    labelled, predicted = matrix[:-1].sum(axis=1), matrix.sum(axis=0)
    precision, recall = _ratio(hits, predicted), _ratio(hits, labelled)
    f1 = _ratio(2 * hits, labelled + predicted)
    seen = (labelled + predicted) > 0
    macro = {
        f"macro_{name}": float(values[seen].mean()) if seen.any() else 0.0
        for name, values in ((PRECISION, precision), (RECALL, recall), (F1, f1))
    }
    total = float(matrix.sum())
    return {
        ACCURACY: float(hits.sum() / total) if total else 0.0,
        SUPPORT: total,
        PRECISION: precision,
        RECALL: recall,
        F1: f1,
        **macro,
    }


def _no_counts(classes: int) -> np.ndarray:
    return np.zeros((classes + 1, classes), dtype=np.int64)


def _ratio(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    return np.divide(over, under, out=np.zeros(len(over)), where=under > 0)


class ArgmaxScores(tfma.metrics.Metric):
    """TFMA's door to `scores`; its config names this class and this module."""

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
            if not matrix.size:
                matrix = _no_counts(classes)
            label_id = int(np.ravel(label)[0])
            row = label_id if 0 <= label_id < classes else classes
            matrix[row, int(np.argmax(probabilities))] += 1
        return matrix

    def merge_accumulators(self, matrices: Iterable[np.ndarray]) -> np.ndarray:
        return np.sum([matrix for matrix in matrices if matrix.size] or [self.create_accumulator()], axis=0)

    def extract_output(self, matrix: np.ndarray) -> dict[metric_types.MetricKey, float]:
        metrics = {}
        for name, value in scores(matrix).items():
            if isinstance(value, np.ndarray):
                metrics.update({self._key(name, index): float(score) for index, score in enumerate(value)})
            else:
                metrics[self._key(name)] = value
        for (label, predicted), count in np.ndenumerate(matrix):
            metrics[self._key(f"{CONFUSION}/{label}", predicted)] = float(count)
        return metrics

    def _key(self, name: str, class_id: int | None = None) -> metric_types.MetricKey:
        sub_key = None if class_id is None else metric_types.SubKey(class_id=class_id)
        return _metric_key(name, self._model_name, self._output_name, sub_key)
