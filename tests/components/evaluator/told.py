"""Models that are told the answer by a column of the examples, as SavedModels."""

from pathlib import Path
from typing import Any

import tensorflow as tf
from tfx.types import Artifact, standard_artifacts

from components import features
from components.calibration import write_fields
from components.served import LABELS_FILE


class _Told(tf.Module):
    """A model that answers what a column says."""

    def __init__(self, labels: list[str], column: str) -> None:
        super().__init__()
        initializer = tf.lookup.KeyValueTensorInitializer(labels, tf.range(len(labels), dtype=tf.int64))
        self._table = tf.lookup.StaticHashTable(initializer, default_value=-1)
        self._labels = tf.constant(labels)
        self._classes = len(labels)
        self._column = column

    def _ids(self, examples: tf.Tensor, column: str) -> tf.Tensor:
        parsed = tf.io.parse_example(examples, {column: tf.io.FixedLenFeature([], tf.string)})
        return self._table.lookup(parsed[column])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serving_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        answers = tf.one_hot(self._ids(examples, self._column), self._classes)
        label = tf.gather(self._labels, tf.argmax(answers, axis=1))
        return {"probabilities": tf.nn.softmax(answers), "label": label}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def explain(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """The warmer, the longer the picture is."""
        warmth = tf.cast(tf.strings.length(image_bytes), tf.float32) / 10
        return {"heat": warmth[:, None, None] * tf.constant([[0.5, 1.0, 0.0]])}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def label_ids(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return {features.LABEL_XF: self._ids(examples, features.LABEL)}


def artifact(kind: type[Artifact], uri: Path, number: int) -> Any:
    """An artifact as the launcher hands it over."""
    artifact = kind()
    artifact.uri, artifact.id = str(uri), number
    return artifact


def model(folder: Path, labels: list[str], column: str, number: int, temperature: float = 1) -> Artifact:
    """A trained model that answers what `column` says."""
    told = _Told(labels, column)
    signatures = {
        "serving_examples": told.serving_examples,
        "explain": told.explain,
        "label_ids": told.label_ids,
    }
    tf.saved_model.save(told, str(folder / "Format-Serving"), signatures=signatures)
    write_fields({"temperature": temperature}, str(folder / "Format-Serving" / "assets.extra"))
    names = "".join(f"{label}\n" for label in labels)
    (folder / "Format-Serving" / "assets" / LABELS_FILE).write_text(names, encoding="utf-8")
    return artifact(standard_artifacts.Model, folder, number)
