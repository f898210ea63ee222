"""The node's work: the temperature of the mean is chosen on eval, and the first trunk lies beside it."""

import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tfx.types import standard_artifacts

from components.calibration import read_temperature
from components.ensemble.executor import EnsembleExecutor
from components.temperature import fit_temperature
from tests.components.ensemble.members import LABELS, export_member, grey

SLOPES = ([6.0, 0.0, -2.0], [4.0, 0.0, 2.0])
COUNT = 70
"""More than two batches."""


def _model(root: Path, place: int) -> standard_artifacts.Model:
    artifact = standard_artifacts.Model()
    artifact.uri = str(root / f"member{place}")
    export_member(Path(artifact.uri) / "Format-Serving", SLOPES[place])
    return artifact


def _examples(root: Path, shades: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> object:
    """Eval in two files; every other split would stop the test."""
    artifact = standard_artifacts.Examples()
    artifact.uri, artifact.split_names = str(root), json.dumps(["train", "eval", "test"])
    (root / "Split-eval").mkdir(parents=True)
    for part, rows in enumerate(np.array_split(np.arange(COUNT), 2)):
        with tf.io.TFRecordWriter(str(root / "Split-eval" / f"part-{part}")) as writer:
            for row in rows:
                values = {
                    "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=grey(shades[row]).numpy())),
                    "label": tf.train.Feature(
                        bytes_list=tf.train.BytesList(value=[LABELS[labels[row]].encode()])
                    ),
                    "weight": tf.train.Feature(float_list=tf.train.FloatList(value=[weights[row]])),
                }
                example = tf.train.Example(features=tf.train.Features(feature=values))
                writer.write(example.SerializeToString())
    return artifact


@pytest.mark.parametrize("calibration", ["temperature", "none"])
def test_temperature_of_the_mean(tmp_path: Path, calibration: str) -> None:
    generator = np.random.default_rng(4)
    shades, labels = generator.integers(0, 256, COUNT), generator.integers(0, 3, COUNT)
    weights = generator.uniform(0, 2, COUNT).astype(np.float32)
    output = standard_artifacts.Model()
    output.uri = str(tmp_path / "ensemble")
    EnsembleExecutor().Do(
        {
            "models": [_model(tmp_path, 0), _model(tmp_path, 1)],
            "examples": [_examples(tmp_path / "examples", shades, labels, weights)],  # type: ignore[list-item]
        },
        {"model": [output]},
        {"calibration": calibration},
    )
    folder = Path(output.uri) / "Format-Serving"
    logits = shades[:, None] / 255 * np.mean(SLOPES, axis=0)
    fitted = fit_temperature(logits, labels, weights)
    assert fitted > 1.2  # labels are drawn, so the members are far too sure
    expected = fitted if calibration == "temperature" else 1.0
    assert read_temperature(str(folder)) == pytest.approx(expected, rel=1e-3)
    answer = tf.saved_model.load(str(folder)).signatures["serving_default"](image_bytes=grey(255))
    odds = np.log(answer["probabilities"].numpy()[0])
    assert odds[0] - odds[1] == pytest.approx(5.0 / expected, rel=1e-3)
    assert (folder / "assets.extra" / "backbone.json").read_text() == "member0"
