"""The formats: what makes each, what answers with it, and how close it must come. Loads nothing heavy."""

import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from components.exports import onnx, tflite
from pipeline.errors import InputError
from pipeline.settings.pusher import ExportFormat

if TYPE_CHECKING:
    from components.exports.pixel_model import PixelModel

Answers = Callable[[np.ndarray], np.ndarray]
"""Pixels, float32 [pictures, size, size, 3], to probabilities, float32 [pictures, classes]."""


@dataclass(frozen=True)
class Format:
    """One of them.

    Attributes:
        file: its name.
        convert: a model, and what yields pixels of eval, picture by picture, to the content of the file.
        load: that content to what answers.
        packages: that they import.
        is_calibrated: whether `convert` looks at the pixels.
        tolerance: how far a probability may be from the SavedModel's, 0 to 1.
    """

    file: str
    convert: Callable[["PixelModel", Callable[[], Iterator[np.ndarray]]], bytes]
    load: Callable[[bytes], Answers]
    packages: tuple[str, ...] = ()
    is_calibrated: bool = False
    tolerance: float = 1e-3
    """A hundred times what other kernels' rounding makes of Lite0, and nothing to whoever reads an answer."""


FORMATS: Mapping[ExportFormat, Format] = {
    "tflite": Format("model.tflite", tflite.convert, tflite.load),
    "tflite_int8": Format(
        "model_int8.tflite", tflite.convert_int8, tflite.load, is_calibrated=True, tolerance=1.0
    ),
    "onnx": Format("model.onnx", onnx.convert, onnx.load, packages=("tf2onnx", "onnxruntime")),
}


def check_formats(formats: Sequence[ExportFormat]) -> None:
    """Asks whether what makes them is installed.

    Raises:
        InputError: it is not.
    """
    for name in formats:
        missing = [each for each in FORMATS[name].packages if importlib.util.find_spec(each) is None]
        if missing:
            raise InputError(
                f"`pusher.formats`: {name} needs {' and '.join(missing)}, not installed here. `make install` "
                f"installs what is missing; or leave {name} out."
            )
