"""Pixels as each kind of weights expects them."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components.backbone.scaling import scaled

KINDS = ("0..255", "0..1", "-1..1", "imagenet", "caffe")


def model(pixels: Any) -> keras.Model:
    images = keras.Input((2, 2, 3))
    return keras.Model(images, scaled(images, pixels))


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        ("0..255", (255, 127.5, 0)),
        ("0..1", (1, 0.5, 0)),
        ("-1..1", (1, 0, -1)),
        ("imagenet", ((1 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, -0.406 / 0.225)),
        ("caffe", (-103.939, 127.5 - 116.779, 255 - 123.68)),
    ],
)
def test_known_pixel(pixels: Any, expected: tuple[float, ...]) -> None:
    picture = np.full((1, 2, 2, 3), (255, 127.5, 0), np.float32)
    np.testing.assert_allclose(model(pixels)(picture)[0, 1, 1], expected, atol=1e-4)


@pytest.mark.parametrize(("pixels", "mode"), [("-1..1", "tf"), ("imagenet", "torch"), ("caffe", "caffe")])
def test_as_keras_preprocesses(pixels: Any, mode: str) -> None:
    modules = {"tf": "xception", "torch": "densenet", "caffe": "vgg16"}
    images = np.random.default_rng(1).uniform(0, 255, (2, 2, 2, 3)).astype(np.float32)
    expected = getattr(keras.applications, modules[mode]).preprocess_input(images.copy())
    np.testing.assert_allclose(model(pixels)(images), expected, atol=1e-4)


@pytest.mark.parametrize("pixels", KINDS)
def test_saved_and_loaded_safely(tmp_path: Path, pixels: Any) -> None:
    images = np.random.default_rng(1).uniform(0, 255, (2, 2, 2, 3)).astype(np.float32)
    built = model(pixels)
    built.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded(images), built(images))
    assert built.weights == []
