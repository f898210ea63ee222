"""ONNX, for browsers and for runtimes that know no TensorFlow."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from components.exports.exports_file import INPUT, OUTPUT

if TYPE_CHECKING:
    from components.exports.pixel_model import PixelModel

_OPSET = 17
"""Of 2022: old enough for the runtimes that are about, and has all that is needed."""


def convert(model: "PixelModel", calibration: Callable[[], Iterator[np.ndarray]]) -> bytes:
    """The model in floats; nothing is calibrated."""
    import tf2onnx
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    # tf2onnx freezes variables, but takes constants that a function has captured for inputs.
    frozen = convert_variables_to_constants_v2(model.function)
    (taken,), (given,) = frozen.inputs, frozen.outputs
    converted, _ = tf2onnx.convert.from_graph_def(
        frozen.graph.as_graph_def(add_shapes=True),
        input_names=[taken.name],
        output_names=[given.name],
        tensors_to_rename={taken.name: INPUT, given.name: OUTPUT},
        opset=_OPSET,
    )
    content: bytes = converted.SerializeToString()
    return content


def load(content: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """What answers as `PixelModel.answers` does, with all cores."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])

    def answers(pixels: np.ndarray) -> np.ndarray:
        return np.asarray(session.run([OUTPUT], {INPUT: pixels})[0])

    return answers
