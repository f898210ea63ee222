"""The SavedModel: the trained model with the preprocessing of training inside."""

import os
from collections.abc import Sequence

import tensorflow as tf
import tensorflow_transform as tft

from components import features
from components.backbone.fold import fold_batch_norm
from components.backbone.pushed import EXTRA, save_trunk
from components.served_classifier import ServedClassifier
from components.temperature import Calibration
from components.test_time_views import view
from components.trainer.model import TransferModel

_CHUNK = 32
"""Images in one forward pass: bounds memory, whatever batch a client or TFMA sends."""


class ServedModel(ServedClassifier):
    """Transform's graph, the trained model, its temperature, and the class names."""

    def __init__(
        self,
        model: TransferModel,
        transform: tft.TFTransformOutput,
        labels: list[str],
        temperature: float,
        views: Sequence[str],
    ) -> None:
        super().__init__(labels)
        self._temperature = temperature
        self._views = tuple(views)
        self._pictures = max(_CHUNK // (1 + len(views)), 1)
        self._model = fold_batch_norm(model.whole)
        self._transform = transform.transform_features_layer()

    def indices(self, names: tf.Tensor) -> tf.Tensor:
        return self._transform({features.LABEL: names})[features.LABEL_XF]

    def probabilities(self, image_bytes: tf.Tensor) -> tf.Tensor:
        count, classes = tf.shape(image_bytes)[0], self.labels.shape[0]
        probabilities = tf.cond(
            count > 0,
            lambda: self._in_chunks(image_bytes, tf.range(0, count, self._pictures)),
            lambda: tf.zeros((0, classes)),  # convolutions do not take empty batches
        )
        return tf.ensure_shape(probabilities, [None, classes])

    def _in_chunks(self, image_bytes: tf.Tensor, starts: tf.Tensor) -> tf.Tensor:
        parts = tf.TensorArray(tf.float32, tf.size(starts), element_shape=[None, self.labels.shape[0]])
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
        mean = tf.reduce_mean(tf.reshape(logits, (len(seen), -1, self.labels.shape[0])), axis=0)
        return tf.nn.softmax(mean / self._temperature)


def export(
    model: TransferModel,
    transform: tft.TFTransformOutput,
    labels: list[str],
    calibration: Calibration,
    views: Sequence[str],
    directory: str,
) -> None:
    """Writes the SavedModel with the signatures of `ServedClassifier`.

    Beside them, in `assets.extra`, lies what a later run can go on from: the trunk as it was trained.

    Args:
        model: trained.
        transform: Transform's graph.
        labels: class names in the order of the logits.
        calibration: with the temperature that divides the logits.
        views: those beside the plain one whose logits are averaged.
        directory: of the SavedModel.
    """
    ServedModel(model, transform, labels, calibration.temperature, views).save(directory, calibration)
    save_trunk(model.trunk, model.backbone, os.path.join(directory, EXTRA))
