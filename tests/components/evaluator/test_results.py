"""What Evaluator wrote, as plain values and as reasons in words."""

import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2, metrics_for_slice_pb2, validation_result_pb2
from tensorflow_model_analysis.writers.metrics_plots_and_validations_writer import _convert_to_array_value

from components.evaluator.metrics import ArgmaxScores
from components.evaluator.results import SliceScores, read_reasons, read_reliability, read_scores

Slices = list[metrics_for_slice_pb2.MetricsForSlice]


def _slice_key(key: metrics_for_slice_pb2.SliceKey, pairs: dict[str, str | int]) -> None:
    for column, value in pairs.items():
        single = key.single_slice_keys.add(column=column)
        if isinstance(value, int):
            single.int64_value = value
        else:
            single.bytes_value = value.encode()


def _failure(
    result: validation_result_pb2.ValidationResult,
    pairs: dict[str, str | int],
    metric: str,
    value: float,
    threshold: config_pb2.MetricThreshold,
    is_diff: bool = False,
) -> None:
    validation = result.metric_validations_per_slice.add()
    _slice_key(validation.slice_key, pairs)
    failure = validation.failures.add(metric_threshold=threshold)
    failure.metric_key.name = metric
    failure.metric_key.is_diff = is_diff
    failure.metric_value.double_value.value = value


def _at_least(bound: float) -> config_pb2.MetricThreshold:
    threshold = config_pb2.MetricThreshold()
    threshold.value_threshold.lower_bound.value = bound
    return threshold


def _no_drop_below(drop: float) -> config_pb2.MetricThreshold:
    threshold = config_pb2.MetricThreshold()
    threshold.change_threshold.absolute.value = -drop
    threshold.change_threshold.direction = config_pb2.MetricDirection.HIGHER_IS_BETTER
    return threshold


def reasons_of(monkeypatch: pytest.MonkeyPatch, result: validation_result_pb2.ValidationResult) -> list[str]:
    monkeypatch.setattr(tfma, "load_validation_result", lambda uri: result)
    return read_reasons("anywhere")


def test_read_reasons_of_a_blessed_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reasons_of(monkeypatch, validation_result_pb2.ValidationResult(validation_ok=True)) == []


@pytest.mark.parametrize(
    ("pairs", "name"),
    [
        ({}, "overall"),
        ({"cell_type": "mono"}, "cell_type=mono"),
        ({"site": "zürich", "year": 2024}, "site=zürich,year=2024"),
    ],
)
def test_read_reasons_value_threshold(
    monkeypatch: pytest.MonkeyPatch, pairs: dict[str, str | int], name: str
) -> None:
    result = validation_result_pb2.ValidationResult()
    _failure(result, pairs, "macro_f1", 0.61239, _at_least(0.7))
    assert reasons_of(monkeypatch, result) == [f"macro_f1 on {name} is 0.6124, must be at least 0.7000"]


def test_read_reasons_change_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    result = validation_result_pb2.ValidationResult()
    _failure(result, {}, "accuracy", -0.0321, _no_drop_below(0.01), is_diff=True)
    (reason,) = reasons_of(monkeypatch, result)
    for part in ("accuracy on overall", "0.0321 below", "max_accuracy_drop = 0.0100"):
        assert part in reason


def test_read_reasons_missing_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    result = validation_result_pb2.ValidationResult()
    result.missing_slices.add().feature_values["cell_type"] = "thin"
    (reason,) = reasons_of(monkeypatch, result)
    assert "cell_type=thin" in reason and "threshold" in reason


def test_read_reasons_names_every_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    result = validation_result_pb2.ValidationResult()
    _failure(result, {}, "accuracy", 0.4, _at_least(0.5))
    _failure(result, {"cell_type": "mono"}, "accuracy", 0.3, _at_least(0.5))
    result.missing_slices.add().feature_values["cell_type"] = "thin"
    assert len(reasons_of(monkeypatch, result)) == 3


def test_read_reasons_of_a_metric_that_was_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    result = validation_result_pb2.ValidationResult()
    _failure(result, {"site": "a"}, "macro_f1", 0.0, _at_least(0.7))
    result.metric_validations_per_slice[0].failures[0].message = "Metric\n  not found."
    assert reasons_of(monkeypatch, result) == ["macro_f1 on site=a cannot be judged: Metric not found."]


@pytest.mark.parametrize(
    ("missing_thresholds", "words"), [(True, "set evaluator.thresholds"), (False, "log.txt")]
)
def test_read_reasons_always_gives_one(
    monkeypatch: pytest.MonkeyPatch, missing_thresholds: bool, words: str
) -> None:
    result = validation_result_pb2.ValidationResult(missing_thresholds=missing_thresholds)
    (reason,) = reasons_of(monkeypatch, result)
    assert words in reason


def _record(pairs: dict[str, str | int], matrix: np.ndarray, baseline: np.ndarray | None = None) -> Slices:
    """As TFMA writes a slice: our metrics for the candidate, the baseline, and their difference."""
    record = metrics_for_slice_pb2.MetricsForSlice()
    _slice_key(record.slice_key, pairs)
    (computation,) = ArgmaxScores().computations()
    for model, counts in (("candidate" if baseline is not None else "", matrix), ("baseline", baseline)):
        if counts is None:
            continue
        for key, value in computation.combiner.extract_output(counts).items():
            for is_diff in (False, True) if model == "candidate" else (False,):
                item = record.metric_keys_and_values.add()
                item.key.name, item.key.model_name, item.key.is_diff = key.name, model, is_diff
                if key.sub_key:
                    item.key.sub_key.class_id.value = key.sub_key.class_id
                item.value.double_value.value = value - 100 if is_diff else value
    return [record]


def scores_of(monkeypatch: pytest.MonkeyPatch, records: Slices) -> list[SliceScores]:
    monkeypatch.setattr(tfma, "load_metrics", lambda uri: iter(records))
    return read_scores("anywhere")


MATRIX = np.array([[4, 1, 0], [2, 3, 0], [0, 0, 0], [0, 0, 0]])


def test_read_scores_overall_first_then_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        *_record({"label": "z"}, MATRIX),
        *_record({}, MATRIX * 2),
        *_record({"cell_type": "mono"}, MATRIX * 3),
    ]
    slices = scores_of(monkeypatch, records)
    assert [scores.name for scores in slices] == ["overall", "cell_type=mono", "label=z"]
    for scores, factor in zip(slices, (2, 3, 1), strict=True):
        np.testing.assert_array_equal(scores.confusion, MATRIX * factor)


def test_read_scores_are_the_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    (scores,) = scores_of(monkeypatch, _record({}, MATRIX, baseline=MATRIX[::-1] * 7))
    np.testing.assert_array_equal(scores.confusion, MATRIX)


def test_as_dict_of_a_slice() -> None:
    fields = SliceScores("overall", MATRIX).as_dict(["a", "b", "c"])
    assert fields["examples"] == 10
    assert fields["accuracy"] == pytest.approx(0.7)
    assert fields["per_class"]["a"] == {
        "precision": pytest.approx(4 / 6),
        "recall": pytest.approx(4 / 5),
        "f1": pytest.approx(8 / 11),
        "support": 5,
    }
    assert fields["per_class"]["c"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert fields["macro_recall"] == pytest.approx((4 / 5 + 3 / 5) / 2)
    assert {name for name in fields if name.startswith("macro_")} == {
        "macro_precision",
        "macro_recall",
        "macro_f1",
    }
    assert fields["confusion"] == MATRIX[:-1].tolist()
    assert fields["unknown"] == 0


def test_as_dict_counts_examples_of_classes_that_the_model_does_not_know() -> None:
    matrix = np.array([[4, 1], [2, 3], [5, 5]])
    fields = SliceScores("overall", matrix).as_dict(["a", "b"])
    assert fields["examples"] == 20
    assert fields["unknown"] == 10
    assert fields["confusion"] == [[4, 1], [2, 3]]
    assert fields["accuracy"] == pytest.approx(7 / 20)
    assert fields["per_class"]["a"]["precision"] == pytest.approx(4 / 11)


def test_read_scores_of_an_evaluation_that_knows_no_unknown_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    (record,) = _record({}, MATRIX)
    kept = [item for item in record.metric_keys_and_values if item.key.name != "confusion/3"]
    del record.metric_keys_and_values[:]
    record.metric_keys_and_values.extend(kept)
    (scores,) = scores_of(monkeypatch, [record])
    np.testing.assert_array_equal(scores.confusion, MATRIX)


def test_read_reliability_is_the_candidates_on_all_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = np.arange(12.0).reshape(2, 3, 2)
    records = [*_record({"label": "z"}, MATRIX), *_record({}, MATRIX, baseline=MATRIX)]
    for record, factor in zip(records, (5, 1), strict=True):
        for model_name, is_diff, value in (("candidate", False, tables), ("baseline", False, -tables)):
            item = record.metric_keys_and_values.add()
            item.key.name, item.key.model_name, item.key.is_diff = "reliability", model_name, is_diff
            item.value.array_value.CopyFrom(_convert_to_array_value(value * factor))
    records[1].metric_keys_and_values.add().CopyFrom(records[1].metric_keys_and_values[-2])
    records[1].metric_keys_and_values[-1].key.is_diff = True
    monkeypatch.setattr(tfma, "load_metrics", lambda uri: iter(records))
    np.testing.assert_array_equal(read_reliability("anywhere"), tables)
