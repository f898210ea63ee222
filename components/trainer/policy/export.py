"""The SavedModel of a policy: encoded pictures in, an action, its name and its probability out."""

import os
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components.backbone.fold import fold_batch_norm
from components.backbone.pushed import EXTRA, save_trunk
from components.served import Served, graph
from components.trainer.export import ServedModel
from components.trainer.model import TransferModel
from components.trainer.policy.eyes import fitted
from components.trainer.policy.network import acting
from components.trainer.policy.served_glimpse import ServedGlimpse
from pipeline.settings.environment import DECISION, GLIMPSE, EnvironmentConfig

_CONTENTS = tf.TensorSpec([None], tf.string, name="image_bytes")


class ServedDecision(ServedModel):
    """A policy that sees whole pictures, with Transform's graph before it, as a classifier has."""

    @graph(_CONTENTS)
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """string [batch] -> action, label, probability [batch]; probabilities, labels [batch, actions]."""
        probabilities = self.probabilities(image_bytes)
        return {**self.answered(probabilities), "action": tf.argmax(probabilities, axis=1)}


class ServedActions(Served):
    """A policy for an environment that brings its own pictures; they are taken at any size."""

    def __init__(self, policy: keras.Model, actions: Sequence[str]) -> None:
        """
        Args:
            policy: pictures -> logits.
            actions: names of the logits.
        """
        super().__init__(list(actions))
        self._policy = fold_batch_norm(policy)

    @graph(_CONTENTS)
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """string [batch] -> action, label, probability [batch]; probabilities, labels [batch, actions]."""
        size, actions = self._policy.input.shape[1], self.labels.shape[0]

        def look(content: tf.Tensor) -> tf.Tensor:
            picture = tf.io.decode_image(content, channels=3, expand_animations=False)
            return tf.ensure_shape(fitted(picture[None], size)[0], (size, size, 3))

        def act() -> tf.Tensor:
            pixels = tf.map_fn(look, image_bytes, fn_output_signature=tf.float32)
            return tf.nn.softmax(self._policy(pixels, training=False))

        # Convolutions do not take empty batches.
        acted = tf.cond(tf.size(image_bytes) > 0, act, lambda: tf.zeros((0, actions)))
        probabilities = tf.ensure_shape(acted, [None, actions])
        return {**self.answered(probabilities), "action": tf.argmax(probabilities, axis=1)}


def export(
    model: TransferModel,
    config: EnvironmentConfig,
    transform: tft.TFTransformOutput | None,
    classes: Sequence[str],
    actions: Sequence[str],
    directory: str,
) -> None:
    """Writes the SavedModel, and beside it, in `assets.extra`, the trunk that a later run can go on from.

    Args:
        model: trained.
        config: of the environment.
        transform: Transform's graph, where there are labelled pictures.
        classes: of these.
        actions: names of the logits.
        directory: of the SavedModel.
    """
    policy = acting(model)
    served: Any
    if config.id == DECISION:
        served = ServedDecision(policy, transform, list(actions))
    elif config.id == GLIMPSE:
        served = ServedGlimpse(policy, classes, config.glimpse)
    else:
        served = ServedActions(policy, actions)
    served.save(directory)
    save_trunk(model.trunk, model.backbone, os.path.join(directory, EXTRA))
