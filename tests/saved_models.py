"""Tiny SavedModels that answer like Graft's, and ones that do not."""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

OUTPUTS = ("label", "probability", "probabilities", "labels")
PROBABILITIES = (0.25, 0.75)
"""What the echo model says of each picture: its second class is the likelier one."""
HEAT = ((0.0, 0.25), (0.5, 1.0))
"""Where it says that it looks."""


class _Echo(tf.Module):
    """Two classes, `other` and the picture's own bytes in base64: tells what reached the model."""

    def __init__(self, outputs: Sequence[str], check: Callable[[tf.Tensor], Any]) -> None:
        super().__init__()
        self._outputs = outputs
        self._check = check
        self._probabilities = tf.Variable(PROBABILITIES)

    def answer(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        self._check(image_bytes)
        echo = tf.io.encode_base64(image_bytes, pad=True)
        probabilities = tf.tile(self._probabilities[None], (tf.shape(image_bytes)[0], 1))
        answers = {
            "label": echo,
            "probability": probabilities[:, 1],
            "probabilities": probabilities,
            "labels": tf.stack([tf.fill(tf.shape(echo), "other"), echo], axis=1),
            "action": tf.argmax(probabilities, axis=1),
            "heat": tf.tile(tf.constant(HEAT)[None], (tf.shape(image_bytes)[0], 1, 1)),
        }
        return {name: answers[name] for name in self._outputs}


def save_model(
    folder: Path,
    outputs: Sequence[str] = OUTPUTS,
    signature: str = "serving_default",
    argument: str = "image_bytes",
    check: Callable[[tf.Tensor], Any] = tf.size,
    explains: bool = False,
) -> Path:
    """Writes the echo model into `folder`; returns it.

    `check` may refuse pictures while it answers; one that `explains` has a second signature.
    """
    model = _Echo(outputs, check)
    spec = tf.TensorSpec([None], tf.string, name=argument)
    signatures = {signature: tf.function(model.answer).get_concrete_function(spec)}
    if explains:
        explainer = _Echo((*outputs, "heat"), check)
        signatures["explain"] = tf.function(explainer.answer).get_concrete_function(spec)
        model.explainer = explainer
    tf.saved_model.save(model, str(folder), signatures=signatures)
    return folder


def echoed(label: str) -> bytes:
    """The picture that the echo model was asked about."""
    return base64.urlsafe_b64decode(label)
