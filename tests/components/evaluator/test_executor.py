"""The gate as TFX runs it: slices, thresholds, baselines, the count; on models that are told the answer."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma
from sklearn.metrics import accuracy_score, f1_score
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.types import Artifact, artifact_utils, standard_artifacts
from tfx.utils import proto_utils

from components import features
from components.answers import read_answers
from components.evaluator import extractors
from components.evaluator.component import eval_config
from components.evaluator.executor import CONFIG, ExplainedEvaluatorExecutor
from components.evaluator.explanation_file import Explanation, read_explanation
from components.heat_file import read_heat
from pipeline.settings.evaluator import EvaluatorConfig, ThresholdConfig
from tests.components.evaluator.told import artifact, model

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


@dataclass
class Place:
    """Inputs of the node."""

    examples: Artifact
    schema: Artifact
    candidate: Artifact
    baseline: Artifact


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("evaluator")
    (root / "examples" / "Split-test").mkdir(parents=True)
    options = tf.io.TFRecordOptions(compression_type="GZIP")
    with tf.io.TFRecordWriter(str(root / "examples" / "Split-test" / "data.gz"), options) as writer:
        for number, row in enumerate(ROWS):
            example = tf.train.Example()
            named = {**dict(zip(COLUMNS, row, strict=True)), "image_id": f"{number}", "path": f"{number}.jpg"}
            for column, value in named.items():
                example.features.feature[column].bytes_list.value.append(value.encode())
            example.features.feature["image"].bytes_list.value.append(b"\xff\xd8")
            writer.write(example.SerializeToString())
    examples = artifact(standard_artifacts.Examples, root / "examples", 1)
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
        artifact(standard_artifacts.Schema, root / "schema", 2),
        model(root / "candidate", ["cat", "dog", "hen"], "guess", 3, TEMPERATURE),
        model(root / "baseline", ["dog", "cat"], "old", 4),  # other ids, and no hens
    )


def evaluate(place: Place, config: EvaluatorConfig, folder: Path, baseline: Artifact | None = None) -> bool:
    """Runs the node; its evaluation is then in `folder`. Returns whether it blessed the candidate."""
    inputs = {"examples": [place.examples], "model": [place.candidate], "schema": [place.schema]}
    if baseline:
        inputs["baseline_model"] = [baseline]
    blessing = artifact(standard_artifacts.ModelBlessing, folder / "blessing", 6)
    outputs = {
        "evaluation": [artifact(standard_artifacts.ModelEvaluation, folder, 5)],
        "blessing": [blessing],
    }
    ExplainedEvaluatorExecutor().Do(
        inputs,
        outputs,
        {
            "eval_config": proto_utils.proto_to_json(eval_config(config)),
            "example_splits": json.dumps([features.TEST]),
            "module_path": extractors.__name__,
            CONFIG: config.model_dump_json(),
        },
    )
    is_blessed = bool(blessing.get_int_custom_property("blessed"))
    assert [path.name for path in (folder / "blessing").iterdir()] == [
        "BLESSED" if is_blessed else "NOT_BLESSED"
    ]
    return is_blessed


def reasons_in(folder: Path) -> list[str]:
    """Why bounds did not hold."""
    explanation: Explanation = read_explanation(str(folder))
    return [verdict["reason"] for verdict in explanation["verdicts"] if verdict["state"] == "failed"]


def _gates(*slices: str, at_least: float = 1.0) -> tuple[ThresholdConfig, ...]:
    return tuple(ThresholdConfig(metric="accuracy", at_least=at_least, slice=name) for name in slices)


def test_where_the_model_looked_when_it_was_wrong(place: Place, tmp_path: Path) -> None:
    evaluate(place, EvaluatorConfig(), tmp_path)
    wrong = {f"{number}.jpg" for number, row in enumerate(ROWS) if row[0] != row[3]}
    assert read_heat(str(tmp_path)).keys() == wrong


def test_slices_single_crossed_and_of_thresholds(place: Place, tmp_path: Path) -> None:
    config = EvaluatorConfig(
        slices=(("shade", "site"), ("site", "shade"), "label", "label"),
        thresholds=_gates("overall", "site=north", "shade=dark,site=south", "site=007", "label=dog"),
    )
    assert not evaluate(place, config, tmp_path)
    evaluation = read_explanation(str(tmp_path))["evaluation"]
    assert {name: scores["examples"] for name, scores in evaluation["slices"].items()} == {
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
    assert evaluation["examples"] == 8
    assert evaluation["accuracy"] == pytest.approx(accuracy_score(labels, answers))
    assert evaluation["macro_f1"] == pytest.approx(f1_score(labels, answers, average="macro"))
    assert reasons_in(tmp_path) == [
        "accuracy on overall is 0.6250, must be at least 1.0000",
        "accuracy on site=north is 0.6667, must be at least 1.0000",
        "accuracy on shade=dark,site=south is 0.5000, must be at least 1.0000",
        "accuracy on site=007 is 0.5000, must be at least 1.0000",
        "accuracy on label=dog is 0.6667, must be at least 1.0000",
    ]
    _check_tfma(tmp_path, evaluation)
    # Five of eight are right, each with the same confidence.
    served, before = (np.exp(odds) / (np.exp(odds) + 2) for odds in (1, TEMPERATURE))
    found = [evaluation["calibration"][name] for name in ("ece", "ece_uncalibrated")]
    assert found == pytest.approx([abs(5 / 8 - served), abs(5 / 8 - before)], abs=1e-6)


def _check_tfma(folder: Path, evaluation: dict[str, Any]) -> None:
    """TFMA's own results, for the tools that read them, say the same."""
    result = tfma.load_eval_result(str(folder))
    assert len(result.slicing_metrics) == 1 + len(evaluation["slices"])
    (overall,) = (found for key, found in result.slicing_metrics if key == ())
    values = overall[""][""]
    for name in ("accuracy", "macro_f1", "weighted_precision"):
        assert values[name]["doubleValue"] == pytest.approx(evaluation[name])
    assert values["support"]["doubleValue"] == 8


def test_every_answer_is_written_down(place: Place, tmp_path: Path) -> None:
    evaluate(place, EvaluatorConfig(), tmp_path, place.baseline)
    names = ["cat", "dog", "hen"]
    answers = read_answers(str(tmp_path), names)
    assert answers.baseline is not None
    found = zip(
        answers.columns["label"],
        answers.columns["site"],
        answers.columns["shade"],
        (names[place] for place in answers.answered),
        (names[place] for place in answers.baseline),
        strict=True,
    )
    assert [*found] == ROWS
    assert answers.paths.tolist() == [f"{number}.jpg" for number in range(8)]
    assert set(answers.columns) == {*COLUMNS}
    np.testing.assert_allclose(answers.probabilities.sum(axis=1), 1, rtol=1e-6)
    comparison = read_explanation(str(tmp_path))["evaluation"]["comparison"]
    assert comparison["won"] == ["5.jpg", "6.jpg"]
    assert comparison["lost"] == ["1.jpg", "4.jpg"]


def test_threshold_on_a_slice_that_no_test_picture_lies_in(place: Place, tmp_path: Path) -> None:
    assert not evaluate(place, EvaluatorConfig(thresholds=_gates("site=west", at_least=0)), tmp_path)
    assert reasons_in(tmp_path) == ["no test picture lies in slice site=west, which has a threshold"]


def test_class_that_the_baseline_does_not_know_counts_against_the_baseline(
    place: Place, tmp_path: Path
) -> None:
    # Both are right 5 times of 8. Were hens taken for the baseline's last class, cats, it would have 6.
    config = EvaluatorConfig(thresholds=_gates("overall", at_least=0.6), max_accuracy_drop=0)
    assert evaluate(place, config, tmp_path, place.baseline)
    assert reasons_in(tmp_path) == []


def test_worse_than_the_baseline(place: Place, tmp_path: Path) -> None:
    perfect = model(tmp_path / "perfect", ["cat", "dog", "hen"], "label", 7)
    config = EvaluatorConfig(thresholds=(), max_accuracy_drop=0.3)
    assert not evaluate(place, config, tmp_path / "out", perfect)
    (reason,) = reasons_in(tmp_path / "out")
    assert reason.startswith("accuracy on overall is 0.6250, 0.3750 below the last blessed model's 1.0000")


def test_no_threshold_is_a_gate_that_lets_all_pass(place: Place, tmp_path: Path) -> None:
    assert evaluate(place, EvaluatorConfig(thresholds=()), tmp_path)
    assert reasons_in(tmp_path) == []


def test_picture_that_was_lost_fails_the_node(place: Place, tmp_path: Path) -> None:
    examples = artifact(standard_artifacts.Examples, Path(place.examples.uri), 1)
    examples.split_names = place.examples.split_names
    features.set_counts(examples, {features.TEST: {"cat": 9}})
    lossy = Place(examples, place.schema, place.candidate, place.baseline)
    with pytest.raises(RuntimeError, match="judged 8 pictures, but the test split holds 9"):
        evaluate(lossy, EvaluatorConfig(), tmp_path)
