"""TFLite of a small network with convolutions and views."""

from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from components.exports import tflite
from components.exports.pixel_model import PixelModel
from tests.components.exports.networks import PIXELS

pytestmark = pytest.mark.slow


def _calibration() -> Iterator[np.ndarray]:
    return (picture[None] for picture in PIXELS)


def test_floats_answer_as_the_saved_model_whatever_the_batch(network: PixelModel) -> None:
    answers = tflite.load(tflite.convert(network, _calibration))
    for count in (5, 1, len(PIXELS)):
        np.testing.assert_allclose(answers(PIXELS[:count]), network.answers(PIXELS[:count]), atol=1e-5)


def test_integers_are_a_quarter_as_large_and_near(network: PixelModel) -> None:
    content = tflite.convert_int8(network, _calibration)
    found, expected = tflite.load(content)(PIXELS), network.answers(PIXELS)
    assert 0 < np.abs(found - expected).max() < 0.1
    details = tf.lite.Interpreter(model_content=content).get_tensor_details()
    kernels = [each["dtype"] for each in details if len(each["shape"]) == 4 and each["shape"][-1] == 64]
    assert kernels
    assert set(kernels) == {np.int8}
    assert len(content) < 0.5 * len(tflite.convert(network, _calibration))


def test_file_names_what_goes_in_and_out(network: PixelModel) -> None:
    interpreter = tf.lite.Interpreter(model_content=tflite.convert(network, _calibration))
    (signature,) = interpreter.get_signature_list().values()
    assert signature == {"inputs": ["pixels"], "outputs": ["probabilities"]}
    (taken,) = interpreter.get_input_details()
    assert taken["shape_signature"].tolist() == [-1, *PIXELS.shape[1:]]
    assert taken["dtype"] == np.float32
