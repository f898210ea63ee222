"""The SavedModel: raw image bytes in, class names out, with the preprocessing of training inside."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import tensorflow as tf
import tensorflow_transform as tft

from components import features
from components.backbone.fold import fold_batch_norm
from components.backbone.pushed import EXTRA, save_trunk
from components.calibration import write_fields
from components.test_time_views import view
from components.trainer.calibration import Calibration
from components.trainer.model import TransferModel

LABELS_FILE = "labels.txt"
_CHUNK = 32
"""Images in one forward pass: bounds memory, whatever batch a client or TFMA sends."""


class ServedClassifier(tf.Module):
    """What is exported: Transform's graph, the trained model, its temperature, and the class names."""

    def __init__(
        self,
        model: TransferModel,
        transform: tft.TFTransformOutput,
        labels: list[str],
        temperature: float,
        views: Sequence[str],
    ) -> None:
        super().__init__()
        self._temperature = temperature
        self._views = tuple(views)
        self._pictures = max(_CHUNK // (1 + len(views)), 1)
        self._model = fold_batch_norm(model.whole)
        self._transform = transform.transform_features_layer()
        self._labels = tf.constant(labels)
        self.labels_file = tf.saved_model.Asset(_write_labels(labels))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """string [batch] -> label, probability [batch]; probabilities, labels [batch, classes]."""
        return self._answer(image_bytes)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serving_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """The same for serialized tf.Examples with the feature `image`."""
        parsed = tf.io.parse_example(examples, {features.IMAGE: tf.io.FixedLenFeature([], tf.string)})
        return self._answer(parsed[features.IMAGE])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def label_ids(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Serialized tf.Examples -> `label_xf` int64 [batch]: for the Evaluator."""
        parsed = tf.io.parse_example(examples, {features.LABEL: tf.io.FixedLenFeature([1], tf.string)})
        return {features.LABEL_XF: self._transform(parsed)[features.LABEL_XF]}

    def _answer(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        probabilities = self._probabilities(image_bytes)
        best = tf.argmax(probabilities, axis=1)
        return {
            "label": tf.gather(self._labels, best),
            "probability": tf.reduce_max(probabilities, axis=1),
            "probabilities": probabilities,
            "labels": tf.tile(self._labels[None], (tf.shape(probabilities)[0], 1)),
        }

    def _probabilities(self, image_bytes: tf.Tensor) -> tf.Tensor:
        count, classes = tf.shape(image_bytes)[0], self._labels.shape[0]
        probabilities = tf.cond(
            count > 0,
            lambda: self._in_chunks(image_bytes, tf.range(0, count, self._pictures)),
            lambda: tf.zeros((0, classes)),  # convolutions do not take empty batches
        )
        return tf.ensure_shape(probabilities, [None, classes])

    def _in_chunks(self, image_bytes: tf.Tensor, starts: tf.Tensor) -> tf.Tensor:
        parts = tf.TensorArray(tf.float32, tf.size(starts), element_shape=[None, self._labels.shape[0]])
        _, parts = tf.while_loop(
            lambda index, _: index < tf.size(starts),
            lambda index, parts: (index + 1, parts.write(index, self._chunk(image_bytes, starts[index]))),
            (tf.constant(0), parts),
            parallel_iterations=1,
        )
        return parts.concat()

    def _chunk(self, image_bytes: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
        window = image_bytes[start : start + self._pictures]
        images = self._transform({features.IMAGE: window})[features.IMAGE_XF]
        seen = [images, *(view(images, name) for name in self._views)]
        logits = self._model(tf.concat(seen, axis=0), training=False)
        mean = tf.reduce_mean(tf.reshape(logits, (len(seen), -1, self._labels.shape[0])), axis=0)
        return tf.nn.softmax(mean / self._temperature)


def export(
    model: TransferModel,
    transform: tft.TFTransformOutput,
    labels: list[str],
    calibration: Calibration,
    views: Sequence[str],
    directory: str,
) -> None:
    """Writes the SavedModel with signatures `serving_default`, `serving_examples`, `label_ids`.

    Beside them, in `assets.extra`, lies what a later run can go on from: the trunk as it was trained.

    Args:
        model: trained.
        transform: Transform's graph.
        labels: class names in the order of the logits.
        calibration: with the temperature that divides the logits.
        views: those beside the plain one whose logits are averaged.
        directory: of the SavedModel.
    """
    served = ServedClassifier(model, transform, labels, calibration.temperature, views)
    signatures = {
        "serving_default": served.serving_default,
        "serving_examples": served.serving_examples,
        "label_ids": served.label_ids,
    }
    tf.saved_model.save(served, directory, signatures=signatures)
    extra = os.path.join(directory, EXTRA)
    write_fields(asdict(calibration), extra)
    save_trunk(model.trunk, model.backbone, extra)


def _write_labels(labels: list[str]) -> str:
    """A file for `tf.saved_model.Asset`, which copies it under its own name into `assets/`."""
    path = Path(tempfile.mkdtemp()) / LABELS_FILE
    path.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    return str(path)
