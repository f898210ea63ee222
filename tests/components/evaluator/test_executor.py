"""The gate as TFX runs it: slices, thresholds, baselines, the count; on models that are told the answer."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import accuracy_score, f1_score
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.types import Artifact, artifact_utils, standard_artifacts
from tfx.utils import proto_utils

from components import features
from components.calibration import expected_calibration_error, write_fields
from components.evaluator.component import eval_config
from components.evaluator.executor import CountedEvaluatorExecutor, check_count
from components.evaluator.results import read_reasons, read_reliability, read_scores
from pipeline.config import EvaluatorConfig, ThresholdConfig

pytestmark = pytest.mark.slow

COLUMNS = ("label", "site", "shade", "guess", "old")
ROWS = [
    # label, site, shade, the candidate's answer, the baseline's
    ("cat", "north", "dark", "cat", "cat"),
    ("cat", "north", "dark", "dog", "cat"),
    ("dog", "north", "bright", "dog", "dog"),
    ("dog", "south", "bright", "dog", "dog"),
    ("dog", "south", "dark", "cat", "dog"),
    ("hen", "south", "dark", "hen", "dog"),
    ("hen", "007", "nan", "hen", "dog"),
    ("hen", "007", "nan", "cat", "cat"),
]

TEMPERATURE = 0.5


class _Told(tf.Module):
    """A model that answers what a column says."""

    def __init__(self, labels: list[str], column: str) -> None:
        super().__init__()
        initializer = tf.lookup.KeyValueTensorInitializer(labels, tf.range(len(labels), dtype=tf.int64))
        self._table = tf.lookup.StaticHashTable(initializer, default_value=-1)
        self._classes = len(labels)
        self._column = column

    def _ids(self, examples: tf.Tensor, column: str) -> tf.Tensor:
        parsed = tf.io.parse_example(examples, {column: tf.io.FixedLenFeature([], tf.string)})
        return self._table.lookup(parsed[column])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serving_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        answers = tf.one_hot(self._ids(examples, self._column), self._classes)
        return {"probabilities": tf.nn.softmax(answers), "labels": tf.as_string(answers)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def label_ids(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return {features.LABEL_XF: self._ids(examples, features.LABEL)}


@dataclass
class Place:
    """Inputs of the node."""

    examples: Artifact
    schema: Artifact
    candidate: Artifact
    baseline: Artifact


def _artifact(kind: type[Artifact], uri: Path, number: int) -> Any:
    artifact = kind()
    artifact.uri, artifact.id = str(uri), number
    return artifact


def _model(folder: Path, labels: list[str], column: str, number: int, temperature: float = 1) -> Artifact:
    told = _Told(labels, column)
    signatures = {"serving_examples": told.serving_examples, "label_ids": told.label_ids}
    tf.saved_model.save(told, str(folder / "Format-Serving"), signatures=signatures)
    write_fields({"temperature": temperature}, str(folder / "Format-Serving" / "assets.extra"))
    return _artifact(standard_artifacts.Model, folder, number)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("evaluator")
    (root / "examples" / "Split-test").mkdir(parents=True)
    options = tf.io.TFRecordOptions(compression_type="GZIP")
    with tf.io.TFRecordWriter(str(root / "examples" / "Split-test" / "data.gz"), options) as writer:
        for row in ROWS:
            example = tf.train.Example()
            for column, value in zip(COLUMNS, row, strict=True):
                example.features.feature[column].bytes_list.value.append(value.encode())
            writer.write(example.SerializeToString())
    examples = _artifact(standard_artifacts.Examples, root / "examples", 1)
    examples.split_names = artifact_utils.encode_split_names([features.TEST])
    labels = [row[0] for row in ROWS]
    features.set_counts(examples, {features.TEST: {label: labels.count(label) for label in set(labels)}})
    schema = schema_pb2.Schema()
    for column in COLUMNS:
        feature = schema.feature.add(name=column, type=schema_pb2.BYTES)
        feature.shape.dim.add(size=1)
        feature.presence.min_fraction = 1
    (root / "schema").mkdir()
    (root / "schema" / "schema.pbtxt").write_text(str(schema))
    return Place(
        examples,
        _artifact(standard_artifacts.Schema, root / "schema", 2),
        _model(root / "candidate", ["cat", "dog", "hen"], "guess", 3, TEMPERATURE),
        _model(root / "baseline", ["dog", "cat"], "old", 4),  # other ids, and no hens
    )


def evaluate(place: Place, config: EvaluatorConfig, folder: Path, baseline: Artifact | None = None) -> bool:
    """Runs the node; its evaluation is then in `folder`. Returns whether it blessed the candidate."""
    inputs = {"examples": [place.examples], "model": [place.candidate], "schema": [place.schema]}
    if baseline:
        inputs["baseline_model"] = [baseline]
    blessing = _artifact(standard_artifacts.ModelBlessing, folder / "blessing", 6)
    outputs = {
        "evaluation": [_artifact(standard_artifacts.ModelEvaluation, folder, 5)],
        "blessing": [blessing],
    }
    CountedEvaluatorExecutor().Do(
        inputs,
        outputs,
        {
            "eval_config": proto_utils.proto_to_json(eval_config(config)),
            "example_splits": json.dumps([features.TEST]),
        },
    )
    return bool(blessing.get_int_custom_property("blessed"))


def _gates(*slices: str, at_least: float = 1.0) -> tuple[ThresholdConfig, ...]:
    return tuple(ThresholdConfig(metric="accuracy", at_least=at_least, slice=name) for name in slices)


def _check_reliability(evaluation: Path) -> None:
    """Asks for the candidate's tables: five of eight are right, each with the same confidence."""
    tables = read_reliability(str(evaluation))
    served, before = (np.exp(odds) / (np.exp(odds) + 2) for odds in (1, TEMPERATURE))
    assert [expected_calibration_error(table) for table in tables] == pytest.approx(
        [abs(5 / 8 - served), abs(5 / 8 - before)], abs=1e-6
    )
    assert [table[0].sum() for table in tables] == [8, 8]


def test_slices_single_crossed_and_of_thresholds(place: Place, tmp_path: Path) -> None:
    config = EvaluatorConfig(
        slices=(("shade", "site"), ("site", "shade"), "label", "label"),
        thresholds=_gates("overall", "site=north", "shade=dark,site=south", "site=007", "label=dog"),
    )
    assert not evaluate(place, config, tmp_path)
    slices = {scores.name: scores for scores in read_scores(str(tmp_path))}
    assert next(iter(slices)) == "overall"
    assert {name: int(scores.confusion.sum()) for name, scores in slices.items()} == {
        "overall": 8,
        "label=cat": 2,
        "label=dog": 3,
        "label=hen": 3,
        "site=007": 2,
        "site=north": 3,
        "site=south": 3,
        "shade=bright,site=north": 1,
        "shade=bright,site=south": 1,
        "shade=dark,site=north": 2,
        "shade=dark,site=south": 2,
        "shade=nan,site=007": 2,
    }
    labels, answers = [row[0] for row in ROWS], [row[3] for row in ROWS]
    fields = slices["overall"].as_dict(["cat", "dog", "hen"])
    assert fields["accuracy"] == pytest.approx(accuracy_score(labels, answers))
    assert fields["macro_f1"] == pytest.approx(f1_score(labels, answers, average="macro"))
    assert sorted(read_reasons(str(tmp_path))) == [
        "accuracy on label=dog is 0.6667, must be at least 1.0000",
        "accuracy on overall is 0.6250, must be at least 1.0000",
        "accuracy on shade=dark,site=south is 0.5000, must be at least 1.0000",
        "accuracy on site=007 is 0.5000, must be at least 1.0000",
        "accuracy on site=north is 0.6667, must be at least 1.0000",
    ]
    _check_reliability(tmp_path)


def test_threshold_on_a_slice_that_no_test_picture_lies_in(place: Place, tmp_path: Path) -> None:
    assert not evaluate(place, EvaluatorConfig(thresholds=_gates("site=west", at_least=0)), tmp_path)
    assert read_reasons(str(tmp_path)) == ["no test picture lies in slice site=west, which has a threshold"]


def test_class_that_the_baseline_does_not_know_counts_against_the_baseline(
    place: Place, tmp_path: Path
) -> None:
    # Both are right 5 times of 8. Were hens taken for the baseline's last class, cats, it would have 6.
    config = EvaluatorConfig(thresholds=_gates("overall", at_least=0.6), max_accuracy_drop=0)
    assert evaluate(place, config, tmp_path, place.baseline)
    assert read_reasons(str(tmp_path)) == []
    _check_reliability(tmp_path)


def test_worse_than_the_baseline(place: Place, tmp_path: Path) -> None:
    perfect = _model(tmp_path / "perfect", ["cat", "dog", "hen"], "label", 7)
    config = EvaluatorConfig(thresholds=(), max_accuracy_drop=0.3)
    assert not evaluate(place, config, tmp_path / "out", perfect)
    (reason,) = read_reasons(str(tmp_path / "out"))
    assert reason.startswith("accuracy on overall is 0.3750 below the last blessed model's")


def test_no_threshold_is_a_gate_that_lets_all_pass(place: Place, tmp_path: Path) -> None:
    assert evaluate(place, EvaluatorConfig(thresholds=()), tmp_path)
    assert read_reasons(str(tmp_path)) == []


def test_picture_that_was_lost_fails_the_node(place: Place, tmp_path: Path) -> None:
    examples = _artifact(standard_artifacts.Examples, Path(place.examples.uri), 1)
    examples.split_names = place.examples.split_names
    features.set_counts(examples, {features.TEST: {"cat": 9}})
    lossy = Place(examples, place.schema, place.candidate, place.baseline)
    with pytest.raises(RuntimeError, match="judged 8 pictures, but the test split holds 9"):
        evaluate(lossy, EvaluatorConfig(), tmp_path)
    check_count(str(tmp_path), features.get_counts(place.examples))
