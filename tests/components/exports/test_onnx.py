"""ONNX of a small network with convolutions and views."""

import numpy as np
import onnx as reference
import pytest

from components.exports import onnx
from components.exports.pixel_model import PixelModel
from tests.components.exports.networks import PIXELS

pytestmark = pytest.mark.slow


def test_answers_as_the_saved_model_whatever_the_batch(network: PixelModel) -> None:
    answers = onnx.load(onnx.convert(network, lambda: iter(())))
    for count in (5, 1, len(PIXELS)):
        np.testing.assert_allclose(answers(PIXELS[:count]), network.answers(PIXELS[:count]), atol=1e-5)


def test_file_names_what_goes_in_and_out_and_is_valid(network: PixelModel) -> None:
    model = reference.load_model_from_string(onnx.convert(network, lambda: iter(())))
    reference.checker.check_model(model)
    (taken,), (given,) = model.graph.input, model.graph.output
    assert (taken.name, given.name) == ("pixels", "probabilities")
    sides = [each.dim_value for each in taken.type.tensor_type.shape.dim]
    assert sides == [0, *PIXELS.shape[1:]]  # 0: as many pictures as one likes
    assert [each.version for each in model.opset_import if each.domain == ""] == [17]
