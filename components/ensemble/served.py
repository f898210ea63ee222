"""The SavedModel of an ensemble: its members inside, each with its own preprocessing."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from components.served import read_labels
from components.served_classifier import ServedClassifier

_TINY = 1e-30
"""Of a probability that float32 has no digits for; its logarithm is to stay finite."""


class ServedEnsemble(ServedClassifier):
    """Answers with the mean of its members' logits, each at its own temperature, at one of its own.

    The mean of logits is the geometric mean of probabilities: a member that is sure can outvote, one
    that is not has little to say (Hinton, "Training Products of Experts by Minimizing Contrastive
    Divergence", 2002).

    Attributes:
        temperature: what the mean is divided by; to be set before the first answer.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        """
        Args:
            folders: of exported models that know the same classes in the same order.

        Raises:
            ValueError: they do not.
        """
        labels = [read_labels(folder) for folder in folders]
        if any(other != labels[0] for other in labels):
            raise ValueError(f"the members of an ensemble must know the same classes. Received: {labels}")
        members = [tf.saved_model.load(folder) for folder in folders]
        super().__init__(labels[0], _size(members[0]))
        self.temperature = 1.0
        self._members = members

    def logits(self, image_bytes: tf.Tensor) -> tf.Tensor:
        """Encoded pictures, string [batch] -> float32 [batch, classes], before the temperature."""
        answers = [
            member.signatures["serving_default"](image_bytes=image_bytes)["probabilities"]
            for member in self._members
        ]
        return _mean(answers)

    def probabilities(self, image_bytes: tf.Tensor) -> tf.Tensor:
        return tf.nn.softmax(self.logits(image_bytes) / self.temperature)

    def seen(self, image_bytes: tf.Tensor) -> tf.Tensor:
        # Transform's graph is the same in all of them.
        return self._members[0].to_pixels(image_bytes)

    def answers(self, pixels: tf.Tensor) -> tf.Tensor:
        logits = _mean([member.from_pixels(pixels) for member in self._members])
        return tf.nn.softmax(logits / self.temperature)

    def class_maps(self, image_bytes: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        """The mean of the members' on the finest of their grids: as the logits, so what they are made of."""
        maps = [member.evidence(image_bytes, classes) for member in self._members]
        grid = tf.reduce_max([tf.shape(each)[1:] for each in maps], axis=0)
        same = [tf.image.resize(each[..., None], grid)[..., 0] for each in maps]
        return tf.reduce_mean(same, axis=0)

    def indices(self, names: tf.Tensor) -> tf.Tensor:
        is_class = names == self.labels[None]
        # A name that is no class has Transform's number for it.
        return tf.where(tf.reduce_any(is_class, axis=1), tf.argmax(is_class, axis=1), -1)


def _mean(answers: Sequence[tf.Tensor]) -> tf.Tensor:
    """Probabilities, float32 [batch, classes] a member -> the mean of their logarithms [batch, classes]."""
    return tf.reduce_mean(tf.math.log(tf.maximum(answers, _TINY)), axis=0)


def _size(member: Any) -> int:
    """Of the pictures that a loaded model takes, pixels."""
    (concrete,) = member.from_pixels.concrete_functions
    return int(concrete.structured_input_signature[0][0].shape[1])
