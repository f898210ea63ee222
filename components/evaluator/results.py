"""Reads what Evaluator wrote: scores by slice as plain values, and the gate's reasons in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow_model_analysis as tfma

from components.evaluator import metrics
from components.evaluator.calibration import RELIABILITY
from components.evaluator.slices import OVERALL


@dataclass(frozen=True)
class SliceScores:
    """The scores of one slice.

    Attributes:
        name: `overall`, or `column=value`; `a=x,b=y` where columns are crossed, sorted by column.
        confusion: int64 [classes + 1, classes]; rows are labels, the last one those that the model does
            not know; columns are predictions.
    """

    name: str
    confusion: np.ndarray

    def as_dict(self, labels: list[str]) -> dict[str, Any]:
        """The fields of `summary.json`: examples, accuracy, macro averages, and each class's scores.

        `confusion` has a row for each of `labels`; `unknown` counts the examples of all other classes.
        """
        all_scores = metrics.scores(self.confusion)
        per_class = {
            label: {
                "precision": float(all_scores[metrics.PRECISION][index]),  # type: ignore[index]
                "recall": float(all_scores[metrics.RECALL][index]),  # type: ignore[index]
                "f1": float(all_scores[metrics.F1][index]),  # type: ignore[index]
                "support": int(self.confusion[index].sum()),
            }
            for index, label in enumerate(labels)
        }
        return {
            "examples": int(self.confusion.sum()),
            "accuracy": all_scores[metrics.ACCURACY],
            **{name: value for name, value in all_scores.items() if name.startswith("macro_")},
            "per_class": per_class,
            "confusion": self.confusion[:-1].tolist(),
            "unknown": int(self.confusion[-1].sum()),
        }


def read_scores(uri: str) -> list[SliceScores]:
    """The slices of an `evaluation` artifact, `overall` first, then by name; of the candidate only."""
    slices = []
    for record in tfma.load_metrics(uri):
        cells = {
            (int(item.key.name.split("/")[1]), item.key.sub_key.class_id.value): item.value.double_value.value
            for item in _of_candidate(record)
            if item.key.name.startswith(f"{metrics.CONFUSION}/")
        }
        classes = 1 + max((predicted for _, predicted in cells), default=-1)
        matrix = np.zeros((classes + 1, classes), dtype=np.int64)
        for cell, count in cells.items():
            matrix[cell] = round(count)
        slices.append(SliceScores(_slice_name(record.slice_key), matrix))
    return sorted(slices, key=lambda scores: (scores.name != OVERALL, scores.name))


def read_reliability(uri: str) -> np.ndarray:
    """The overall slice's reliability tables in an `evaluation` artifact; of the candidate only."""
    (value,) = (
        item.value.array_value
        for record in tfma.load_metrics(uri)
        if _slice_name(record.slice_key) == OVERALL
        for item in _of_candidate(record)
        if item.key.name == RELIABILITY
    )
    return np.array(value.float64_values).reshape(value.shape)


def read_reasons(uri: str) -> list[str]:
    """Why the model of an `evaluation` artifact was not blessed; empty if it was.

    Each reason names metric, slice, value and bound.
    """
    result = tfma.load_validation_result(uri)
    reasons = [
        _reason(failure, _slice_name(validation.slice_key))
        for validation in result.metric_validations_per_slice
        for failure in validation.failures
    ]
    for missing in result.missing_slices:
        reasons.append(f"no test picture lies in slice {_spec_name(missing)}, which has a threshold")
    if result.missing_thresholds:
        reasons.append("there is no threshold to hold the model against; set evaluator.thresholds")
    if not reasons and not result.validation_ok:
        reasons.append("the Evaluator refused it and gave no reason; see log.txt")
    return reasons


def _of_candidate(record: Any) -> Iterator[Any]:
    """The metrics of a slice but for the baseline's, and those that say how far it lies behind."""
    for item in record.metric_keys_and_values:
        if item.key.model_name in ("", "candidate") and not item.key.is_diff:
            yield item


def _reason(failure: Any, slice_name: str) -> str:
    metric = failure.metric_key.name
    if failure.message:  # then there is no value that could be held against a bound
        return f"{metric} on {slice_name} cannot be judged: {' '.join(failure.message.split())}"
    value = failure.metric_value.double_value.value
    threshold = failure.metric_threshold
    if failure.metric_key.is_diff or threshold.HasField("change_threshold"):
        allowed = -threshold.change_threshold.absolute.value
        return (
            f"{metric} on {slice_name} is {-value:.4f} below the last blessed model's, "
            f"more than evaluator.max_accuracy_drop = {allowed:.4f} allows"
        )
    bound = threshold.value_threshold.lower_bound.value
    return f"{metric} on {slice_name} is {value:.4f}, must be at least {bound:.4f}"


def _slice_name(slice_key: Any) -> str:
    return _join((key.column, _text(key)) for key in slice_key.single_slice_keys)


def _spec_name(spec: Any) -> str:
    return _join(sorted(spec.feature_values.items()))


def _join(pairs: Iterable[tuple[str, str]]) -> str:
    return ",".join(f"{name}={value}" for name, value in pairs) or OVERALL


def _text(key: Any) -> str:
    kind = key.WhichOneof("kind")
    value = getattr(key, kind)
    return value.decode() if isinstance(value, bytes) else str(value)
