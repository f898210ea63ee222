"""The pushed model: its answers, its graph, its metrics against scikit-learn's, its calibration."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from components.calibration import (
    expected_calibration_error,
    perfect_band,
    read_temperature,
    reliability,
    without_temperature,
)
from pipeline.config_file import load_config
from tests.e2e import sample
from tests.e2e.served import answers, images_of, random_ops, records, trained_answers

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def test_examples(finished: Path) -> list[Any]:
    """The parsed examples of the test split."""
    return records(finished, "test")


@pytest.fixture(scope="module")
def model(finished: Path) -> Any:
    import tensorflow as tf

    return tf.saved_model.load(sample.summaries(finished)[0]["model"]["pushed_to"])


def _texts(examples: list[Any], name: str) -> list[str]:
    return [example[name].bytes_list.value[0].decode() for example in examples]


def test_metrics_equal_scikit_learns(finished: Path, model: Any, test_examples: list[Any]) -> None:
    evaluation = sample.summaries(finished)[0]["evaluation"]
    predicted = [
        name.decode()
        for name in model.signatures["serving_default"](images_of(test_examples))["label"].numpy()
    ]
    labels, cells = _texts(test_examples, "label"), _texts(test_examples, "cell_type")
    members = {
        "overall": [True] * len(labels),
        **{f"cell_type={cell}": [value == cell for value in cells] for cell in ("mono", "poly")},
    }
    assert set(members) == {"overall", *evaluation["slices"]}
    for name, mask in members.items():
        scores = evaluation if name == "overall" else evaluation["slices"][name]
        truth = [label for label, is_in in zip(labels, mask, strict=True) if is_in]
        answer = [label for label, is_in in zip(predicted, mask, strict=True) if is_in]
        assert scores["examples"] == len(truth)
        assert scores["accuracy"] == pytest.approx(accuracy_score(truth, answer), abs=1e-6)
        by_class = precision_recall_fscore_support(
            truth, answer, labels=evaluation["labels"], zero_division=0
        )
        for index, label in enumerate(evaluation["labels"]):
            ours = scores["per_class"][label]
            for key, values in zip(("precision", "recall", "f1", "support"), by_class, strict=True):
                assert ours[key] == pytest.approx(values[index], abs=1e-6), (name, label, key)
        macro = precision_recall_fscore_support(truth, answer, average="macro", zero_division=0)
        for key, value in zip(("macro_precision", "macro_recall", "macro_f1"), macro, strict=False):
            assert scores[key] == pytest.approx(value, abs=1e-6), (name, key)


def test_calibration_is_that_of_the_served_probabilities(
    finished: Path, model: Any, test_examples: list[Any]
) -> None:
    summary = sample.summaries(finished)[0]
    found, names = summary["evaluation"]["calibration"], summary["evaluation"]["labels"]
    probabilities = model.signatures["serving_default"](images_of(test_examples))["probabilities"].numpy()
    labels = np.array([names.index(name) for name in _texts(test_examples, "label")])
    temperature = read_temperature(summary["model"]["pushed_to"])
    before = without_temperature(probabilities, temperature)
    assert found["temperature"] == temperature
    for key, answered in (("ece", probabilities), ("ece_uncalibrated", before)):
        # A confidence on the edge of a bin may fall to either side in another batch.
        error = expected_calibration_error(reliability(answered, labels))
        assert found[key] == pytest.approx(error, abs=1 / len(labels))
    assert found["band_95"] == pytest.approx(perfect_band(reliability(probabilities, labels)), abs=0.01)
    assert sum(each["count"] for each in found["bins"]) == len(labels)


def test_pushed_model_can_be_a_backbone_later(finished: Path) -> None:
    extra = Path(sample.summaries(finished)[0]["model"]["pushed_to"]) / "assets.extra"
    known = {"backbone.json", "calibration.json", "model_card.md", "splits.txt", "trunk.keras"}
    assert {path.name for path in extra.iterdir()} == known


def test_signatures_agree_and_have_the_contracts_shapes(model: Any, test_examples: list[Any]) -> None:
    import tensorflow as tf

    some = test_examples[:3]
    by_bytes = model.signatures["serving_default"](image_bytes=images_of(some))
    serialized = [
        tf.train.Example(features=tf.train.Features(feature=dict(example.items()))).SerializeToString()
        for example in some
    ]
    by_examples = model.signatures["serving_examples"](examples=tf.constant(serialized))
    assert by_bytes["probabilities"].shape == by_bytes["labels"].shape == (3, 2)
    assert by_bytes["label"].dtype == by_bytes["labels"].dtype == tf.string
    assert by_bytes["probability"].dtype == tf.float32
    np.testing.assert_allclose(by_bytes["probabilities"].numpy().sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(by_bytes["probabilities"], by_examples["probabilities"])
    explained = model.signatures["explain"](image_bytes=images_of(some))
    np.testing.assert_array_equal(by_bytes["label"], explained["label"])
    assert explained["heat"].shape == (3, 7, 7)


def test_answer_does_not_depend_on_the_batch(model: Any, test_examples: list[Any]) -> None:
    import tensorflow as tf

    answer = model.signatures["serving_default"]
    images = images_of(test_examples)  # more than one chunk
    together = answer(image_bytes=images)["probabilities"].numpy()
    assert len(together) > 32
    alone = np.concatenate(
        [answer(image_bytes=images[row : row + 1])["probabilities"] for row in (0, 31, 32, 40)]
    )
    np.testing.assert_allclose(together[[0, 31, 32, 40]], alone, atol=1e-5)
    assert answer(image_bytes=tf.constant([], tf.string))["probabilities"].shape == (0, 2)


def test_undecodable_image_is_an_error(model: Any) -> None:
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError):
        model.signatures["serving_default"](image_bytes=tf.constant([b"no image"]))


def test_graph_holds_no_random_op(finished: Path) -> None:
    assert not random_ops(Path(sample.summaries(finished)[0]["model"]["pushed_to"]))


def test_predict_answers_from_the_model_alone(
    finished: Path, tmp_path: Path, test_examples: list[Any]
) -> None:
    shutil.copytree(sample.summaries(finished)[0]["model"]["pushed_to"], tmp_path / "model")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for index, example in enumerate(test_examples[:3]):
        (pictures / f"cell {index} é.png").write_bytes(example["image"].bytes_list.value[0])
    (pictures / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    arguments = ["predict", str(pictures), "--model", str(tmp_path / "model"), "--json", "--top", "2"]
    result = subprocess.run(
        [sys.executable, "pipeline_runner.py", *arguments], cwd=sample.ROOT, capture_output=True, text=True
    )
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 2, result.stderr
    assert "1 of 4 pictures could not be read" in result.stderr
    assert Path(answers[0]["path"]).name == "broken.png"
    assert "error" in answers[0]
    for answer in answers[1:]:
        assert answer["label"] in ("defective", "functional")
        assert sum(answer["scores"].values()) == pytest.approx(1, abs=1e-5)


def test_answer_equals_the_training_graphs(finished: Path, test_examples: list[Any]) -> None:
    pushed = Path(sample.summaries(finished)[0]["model"]["pushed_to"])
    images = images_of(test_examples[:8])
    trained = trained_answers(finished, load_config(None, overrides=sample.SMALL), images)
    np.testing.assert_allclose(answers(pushed, images), trained, atol=1e-5)
