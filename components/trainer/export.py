"""The SavedModel: raw image bytes in, class names out, with the preprocessing of training inside."""

import tempfile
from pathlib import Path

import tensorflow as tf
import tensorflow_transform as tft

from components import features
from components.backbone.fold import fold_batch_norm
from components.trainer.model import TransferModel

LABELS_FILE = "labels.txt"
_CHUNK = 32
"""Pictures in one forward pass: bounds memory, whatever batch a client or TFMA sends."""


class ServedClassifier(tf.Module):
    """What is exported: Transform's graph, the trained model, and the class names."""

    def __init__(self, model: TransferModel, transform: tft.TFTransformOutput, labels: list[str]) -> None:
        super().__init__()
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
            lambda: self._in_chunks(image_bytes, tf.range(0, count, _CHUNK)),
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
        images = self._transform({features.IMAGE: image_bytes[start : start + _CHUNK]})[features.IMAGE_XF]
        return tf.nn.softmax(self._model(images, training=False))


def export(model: TransferModel, transform: tft.TFTransformOutput, labels: list[str], directory: str) -> None:
    """Writes the SavedModel with signatures `serving_default`, `serving_examples`, `label_ids`.

    Args:
        model: trained.
        transform: Transform's graph.
        labels: class names in the order of the logits.
        directory: of the SavedModel.
    """
    served = ServedClassifier(model, transform, labels)
    signatures = {
        "serving_default": served.serving_default,
        "serving_examples": served.serving_examples,
        "label_ids": served.label_ids,
    }
    tf.saved_model.save(served, directory, signatures=signatures)


def _write_labels(labels: list[str]) -> str:
    """A file for `tf.saved_model.Asset`, which copies it under its own name into `assets/`."""
    path = Path(tempfile.mkdtemp()) / LABELS_FILE
    path.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    return str(path)
