"""TFLite, for phones and small machines, in floats or in 8-bit integers."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from components.exports.exports_file import INPUT, OUTPUT

if TYPE_CHECKING:
    from components.exports.pixel_model import PixelModel


def convert(model: "PixelModel", calibration: Callable[[], Iterator[np.ndarray]]) -> bytes:
    """The model in floats; nothing is calibrated."""
    converted: bytes = _converter(model).convert()
    return converted


def convert_int8(model: "PixelModel", calibration: Callable[[], Iterator[np.ndarray]]) -> bytes:
    """The model in 8-bit integers, from float pixels to float probabilities all the same.

    Args:
        model: loaded.
        calibration: yields pixels, float32 [1, size, size, 3], whose activations say how far the integers
            must reach.
    """
    import tensorflow as tf

    converter = _converter(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ({INPUT: picture} for picture in calibration())
    converted: bytes = converter.convert()
    return converted


def load(content: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """What answers as `PixelModel.answers` does, with all cores."""
    import tensorflow as tf

    threads = len(os.sched_getaffinity(0))
    interpreter = tf.lite.Interpreter(model_content=content, num_threads=threads)
    judge = interpreter.get_signature_runner()

    def answers(pixels: np.ndarray) -> np.ndarray:
        return np.asarray(judge(**{INPUT: pixels})[OUTPUT])

    return answers


def _converter(model: "PixelModel") -> Any:
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_concrete_functions(
        [model.function],
        model.loaded,
    )
