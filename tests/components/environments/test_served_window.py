"""What is served sees what was trained on, to the bit."""

import io

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from components.environments.served_window import resized, served_numbers, served_window, whole_picture
from components.environments.window import numbers, offsets, picture_side, window
from pipeline.settings.environment import GlimpseConfig
from tests.components.environments.test_window import CONFIGS
from tests.components.records import png


@settings(max_examples=40, deadline=None)
@given(config=CONFIGS, size=st.integers(1, 60), draw=st.data())
def test_windows_and_numbers_are_equal(config: GlimpseConfig, size: int, draw: st.DataObject) -> None:
    side = picture_side(size, config)
    picture = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    column, row = (draw.draw(st.integers(0, config.positions - 1)) for _ in range(2))
    step = draw.draw(st.integers(0, config.budget))
    visited = np.random.default_rng(step).random(config.positions**2) < 0.5
    seen = served_window(tf.constant(picture), tf.constant(column), tf.constant(row), config)
    assert seen.dtype == tf.float32 and seen.shape == (size, size, 3)
    np.testing.assert_array_equal(seen, window(picture, column, row, config))
    known = served_numbers(tf.constant(column), tf.constant(row), tf.constant(step), visited, config)
    expected = numbers(column, row, step, visited, config)
    assert known.dtype == tf.float32
    np.testing.assert_array_equal(known.numpy(), expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 90))
def test_resizing_is_pillows_to_a_grey_level(height: int, width: int, side: int) -> None:
    picture = np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    by_pillow = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR), int)
    assert np.abs(by_pillow - resized(tf.constant(picture), side).numpy()).max() <= 1


@pytest.mark.parametrize("size", [8, 33])
def test_a_graph_shows_the_same_of_an_encoded_picture(size: int) -> None:
    config = GlimpseConfig(window=0.3, positions=5)
    side = picture_side(size, config)
    noise = np.random.default_rng(2).integers(0, 256, (70, 110, 3), dtype=np.uint8)

    @tf.function(
        input_signature=[
            tf.TensorSpec([], tf.string),
            tf.TensorSpec([], tf.int32),
            tf.TensorSpec([], tf.int32),
        ]
    )
    def look(content: tf.Tensor, column: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
        return served_window(whole_picture(content, side), column, row, config)

    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    for content in (png(noise), buffer.getvalue(), png(noise[:, :, 0])):
        picture = whole_picture(content, side).numpy()
        assert (picture.dtype, picture.shape) == (np.uint8, (side, side, 3))
        for place in ((0, 0), (2, 4), (4, 1)):
            np.testing.assert_array_equal(look(content, *place), window(picture, *place, config))
    assert offsets(side, config)[-1] + size == side
