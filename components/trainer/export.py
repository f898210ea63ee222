"""The SavedModel: the trained model with the preprocessing of training inside."""

import os
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components import features
from components.backbone.fold import fold_batch_norm
from components.backbone.pushed import EXTRA, save_trunk
from components.served_classifier import ServedClassifier
from components.temperature import Calibration
from components.test_time_views import turned_back, view
from components.trainer.model import POOLED, TransferModel

_CHUNK = 32
"""Images in one forward pass: bounds memory, whatever batch a client or TFMA sends."""


class ServedModel(ServedClassifier):
    """Transform's graph, the trained model, its temperature, and the class names."""

    def __init__(
        self,
        whole: keras.Model,
        transform: tft.TFTransformOutput,
        labels: list[str],
        temperature: float = 1.0,
        views: Sequence[str] = (),
    ) -> None:
        """
        Args:
            whole: pictures -> logits; the layer `POOLED` stands between its trunk and its head.
            transform: Transform's graph.
            labels: names of the logits.
            temperature: divides them.
            views: those beside the plain one whose logits are averaged.
        """
        super().__init__(labels, whole.input.shape[1])
        self._temperature = temperature
        self._views = tuple(views)
        self._pictures = max(_CHUNK // (1 + len(views)), 1)
        self._model = fold_batch_norm(whole)
        pooled = self._model.get_layer(POOLED)
        self._trunk = keras.Model(self._model.input, pooled.input)
        self._head = keras.Model(pooled.output, self._model.output)
        self._transform = transform.transform_features_layer()

    def indices(self, names: tf.Tensor) -> tf.Tensor:
        return self._transform({features.LABEL: names})[features.LABEL_XF]

    def probabilities(self, image_bytes: tf.Tensor) -> tf.Tensor:
        return self._in_chunks(
            lambda rows: self.from_pixels(self.seen(image_bytes[rows])), image_bytes, self.labels.shape
        )

    def seen(self, image_bytes: tf.Tensor) -> tf.Tensor:
        return self._transform({features.IMAGE: image_bytes})[features.IMAGE_XF]

    def answers(self, pixels: tf.Tensor) -> tf.Tensor:
        logits = self._mean(self._model(self._in_views(pixels), training=False))
        return tf.nn.softmax(logits / self._temperature)

    def class_maps(self, image_bytes: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        grid = self._trunk.output.shape[1:3]
        return self._in_chunks(
            lambda rows: self._class_maps(image_bytes[rows], classes[rows]), image_bytes, grid
        )

    def _in_chunks(
        self, work: Callable[[slice], tf.Tensor], image_bytes: tf.Tensor, shape: Sequence[int]
    ) -> tf.Tensor:
        """What `work` makes of the pictures of each slice, float32 [slice, *shape], one after the other."""
        count = tf.shape(image_bytes)[0]

        def all_chunks() -> tf.Tensor:
            starts = tf.range(0, count, self._pictures)
            parts = tf.TensorArray(tf.float32, tf.size(starts), element_shape=[None, *shape])
            _, parts = tf.while_loop(
                lambda index, _: index < tf.size(starts),
                lambda index, parts: (
                    index + 1,
                    parts.write(index, work(slice(starts[index], starts[index] + self._pictures))),
                ),
                (tf.constant(0), parts),
                parallel_iterations=1,
            )
            return parts.concat()

        # Convolutions do not take empty batches.
        made = tf.cond(count > 0, all_chunks, lambda: tf.zeros((0, *shape)))
        return tf.ensure_shape(made, [None, *shape])

    def _class_maps(self, image_bytes: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        """Grad-CAM of what is answered, which is the mean over the views: each one's map, turned back.

        The head sees the mean of the feature map, so the gradient at a place is that at the mean, shared out.
        """
        maps = self._trunk(self._in_views(self.seen(image_bytes)), training=False)
        pooled = tf.reduce_mean(maps, axis=(1, 2))
        with tf.GradientTape() as tape:
            tape.watch(pooled)
            logits = self._mean(self._head(pooled, training=False)) / self._temperature
            asked = tf.gather(logits, classes, axis=1, batch_dims=1)
        added = tf.einsum("bhwc,bc->bhw", maps, tape.gradient(asked, pooled))
        plain, *others = tf.split(added, 1 + len(self._views))
        back = [
            turned_back(each[..., None], name)[..., 0] for each, name in zip(others, self._views, strict=True)
        ]
        return tf.add_n([plain, *back])

    def _in_views(self, pixels: tf.Tensor) -> tf.Tensor:
        """float32 [batch, size, size, 3] -> [views * batch, size, size, 3], the plain ones first."""
        return tf.concat([pixels, *(view(pixels, name) for name in self._views)], axis=0)

    def _mean(self, logits: tf.Tensor) -> tf.Tensor:
        """float32 [views * batch, classes] -> their means over the views [batch, classes]."""
        return tf.reduce_mean(tf.reshape(logits, (1 + len(self._views), -1, self.labels.shape[0])), axis=0)


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
    served = ServedModel(model.whole, transform, labels, calibration.temperature, views)
    served.save(directory, calibration)
    save_trunk(model.trunk, model.backbone, os.path.join(directory, EXTRA))
