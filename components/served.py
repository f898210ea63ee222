"""A SavedModel as Graft exports it, whatever answers inside: encoded pictures in, names out."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tensorflow as tf

from components import features
from components.backbone.pushed import EXTRA, LABELS
from components.calibration import write_fields
from components.temperature import Calibration

LABELS_FILE = os.path.basename(LABELS)


def graph(*inputs: tf.TensorSpec) -> Callable[[Callable[..., Any]], Any]:
    """A function as a graph; AutoGraph would look for Python's control flow, of which there is none."""
    return tf.function(input_signature=inputs, autograph=False)


def read_labels(saved_model: str) -> list[str]:
    """Names of an exported model, in the order of its probabilities; `saved_model` is its folder."""
    with tf.io.gfile.GFile(os.path.join(saved_model, LABELS)) as file:
        return str(file.read()).splitlines()


class Served(tf.Module):
    """The two signatures that every exported model has, and its names."""

    def __init__(self, labels: list[str]) -> None:
        """`labels` are its names, in the order of the probabilities."""
        super().__init__()
        self.labels = tf.constant(labels)

    def answered(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        """Probabilities float32 [batch, names] -> what `serving_default` puts out."""
        best = tf.argmax(probabilities, axis=1)
        return {
            "label": tf.gather(self.labels, best),
            "probability": tf.reduce_max(probabilities, axis=1),
            "probabilities": probabilities,
            "labels": tf.tile(self.labels[None], (tf.shape(probabilities)[0], 1)),
        }

    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """string [batch] -> label, probability [batch]; probabilities, labels [batch, names]."""
        raise NotImplementedError

    @graph(tf.TensorSpec([None], tf.string, name="examples"))
    def serving_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """The same for serialized tf.Examples with the feature `image`."""
        parsed = tf.io.parse_example(examples, {features.IMAGE: tf.io.FixedLenFeature([], tf.string)})
        return self.serving_default(parsed[features.IMAGE])  # a call in the graph, not a second copy of it

    def names(self) -> list[str]:
        """What the file of names holds: whoever compares models goes by it."""
        return [label.decode() for label in self.labels.numpy()]

    def signatures(self) -> dict[str, Any]:
        """By name, as they are exported."""
        return {"serving_default": self.serving_default, "serving_examples": self.serving_examples}

    def save(self, directory: str, calibration: Calibration | None = None) -> None:
        """Writes the SavedModel, and the calibration, where there is one, in its `assets.extra`."""
        with tempfile.TemporaryDirectory() as folder:
            # An asset is copied under its own name into `assets/`.
            file = Path(folder) / LABELS_FILE
            file.write_text("".join(f"{name}\n" for name in self.names()), encoding="utf-8")
            self.labels_file = tf.saved_model.Asset(str(file))
            tf.saved_model.save(self, directory, signatures=self.signatures())
        if calibration is not None:
            write_fields(asdict(calibration), os.path.join(directory, EXTRA))
