"""A SavedModel asked by pixels."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.exports.pixel_model import PixelModel
from pipeline.errors import InputError
from tests.components.ensemble.members import LABELS, SIZE, grey
from tests.components.exports.models import save_model
from tests.saved_models import save_model as save_echo

SHADES = (0, 90, 255)


def test_pixels_get_what_is_served(tmp_path: Path) -> None:
    model = PixelModel(save_model(tmp_path / "model"))
    contents = grey(*SHADES).numpy().tolist()
    pixels = model.pixels(contents)
    assert (model.size, tuple(model.labels)) == (SIZE, LABELS)
    assert (pixels.dtype, pixels.shape) == (np.float32, (3, SIZE, SIZE, 3))
    np.testing.assert_array_equal(pixels[:, 0, 0, 0], SHADES)
    np.testing.assert_allclose(model.answers(pixels), model.served(contents), atol=1e-6)
    assert np.ptp(model.served(contents)) > 0.5


def test_what_is_converted_has_names(tmp_path: Path) -> None:
    graph = PixelModel(save_model(tmp_path / "model")).function
    assert list(graph.structured_input_signature[0]) == [
        tf.TensorSpec([None, SIZE, SIZE, 3], tf.float32, name="pixels")
    ]
    assert list(graph.structured_outputs) == ["probabilities"]


def test_a_model_of_earlier_days_is_one_clear_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`pusher.formats`: .* --from Trainer"):
        PixelModel(str(save_echo(tmp_path)))
