"""A SavedModel, asked by pixels: what the other formats hold of it.

Synopsis:
    model = PixelModel("serving/cells/1700000000")
    model.answers(model.pixels(contents))      # as model.served(contents)
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from components.exports.exports_file import INPUT, OUTPUT
from components.served import read_labels
from pipeline.errors import InputError


class PixelModel:
    """A loaded model.

    Attributes:
        labels: class names in the order of the probabilities.
        size: side of the pictures as the model sees them, pixels.
        loaded: TensorFlow's object, which holds the variables of `function`.
    """

    def __init__(self, folder: str) -> None:
        """
        Args:
            folder: of a SavedModel as Trainer or Ensemble exports it.

        Raises:
            InputError: it was made before models could be asked by pixels.
        """
        self.loaded = tf.saved_model.load(folder)
        if not hasattr(self.loaded, "from_pixels"):
            raise InputError(
                "`pusher.formats`: this model was trained before there were other formats. Run the pipeline "
                "again with --from Trainer, or set pusher.formats=[]."
            )
        self.labels = read_labels(folder)
        self.size = int(self.loaded.from_pixels.concrete_functions[0].inputs[0].shape[1])

    def served(self, contents: Sequence[bytes]) -> np.ndarray:
        """Encoded pictures -> float32 [pictures, classes], by the very signature that servers call."""
        serving = self.loaded.signatures["serving_default"]
        return np.asarray(serving(image_bytes=tf.constant(contents, tf.string))[OUTPUT])

    def pixels(self, contents: Sequence[bytes]) -> np.ndarray:
        """Encoded pictures -> float32 [pictures, size, size, 3] in 0..255."""
        return np.asarray(self.loaded.to_pixels(tf.constant(contents, tf.string)))

    def answers(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels -> float32 [pictures, classes]."""
        return np.asarray(self.function(tf.constant(pixels))[OUTPUT])

    @cached_property
    def function(self) -> Any:
        """A concrete function from `pixels` to `probabilities`, both by name: what is converted."""

        def judge(pixels: tf.Tensor) -> dict[str, tf.Tensor]:
            return {OUTPUT: self.loaded.from_pixels(pixels)}

        spec = tf.TensorSpec([None, self.size, self.size, 3], tf.float32, name=INPUT)
        return tf.function(judge, input_signature=[spec], autograph=False).get_concrete_function()
