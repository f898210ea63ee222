"""Trunks of keras.applications: the same names and weights every time, the same function as Keras' own."""

import random
from typing import Any

import keras
import numpy as np
import pytest

from components.backbone import choose_backbone, get_backbone
from components.backbone.keras_applications import build_application, fixed_draws
from pipeline.settings.backbone import BackboneConfig
from tests.components.backbone.small_models import pictures, randomised

pytestmark = pytest.mark.slow


def test_names_do_not_depend_on_what_was_built_before() -> None:
    first = [operation.name for operation in build_application("MobileNetV3Small", 32, "0..255").operations]
    keras.layers.Add()([keras.Input((2,)), keras.Input((2,))])
    second = [operation.name for operation in build_application("MobileNetV3Small", 32, "0..255").operations]
    assert first == second
    assert {"images", "activation", "activation_17", "add", "re_lu", "expanded_conv_10_add"} < set(first)


def test_weights_are_the_same_and_the_callers_draws_go_on() -> None:
    random.seed(4)
    first = build_application("MobileNetV3Small", 32, "0..255").get_weights()
    random.seed(5)
    expected = random.random()
    random.seed(5)
    second = build_application("MobileNetV3Small", 32, "0..255").get_weights()
    assert random.random() == expected
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_fixed_draws_go_on_after_an_error() -> None:
    random.seed(5)
    state = random.getstate()
    with pytest.raises(ZeroDivisionError), fixed_draws():
        1 / 0  # noqa: B018
    assert random.getstate() == state


@pytest.mark.parametrize(
    ("name", "application", "module"),
    [
        ("vgg16", "VGG16", "vgg16"),
        ("mobilenet_v2", "MobileNetV2", "mobilenet_v2"),
        ("convnext_tiny", "ConvNeXtTiny", "convnext"),
    ],
)
def test_function_is_that_of_keras(tmp_path: Any, name: str, application: str, module: str) -> None:
    """A file that a plain keras.applications model wrote fits the trunk, and they answer alike."""
    builder = getattr(keras.applications, application)
    plain = randomised(builder(weights=None, include_top=False, input_shape=(64, 64, 3)))
    plain.save_weights(tmp_path / "a.weights.h5")
    backbone = choose_backbone(BackboneConfig(name=name, size=64, weights=str(tmp_path / "a.weights.h5")))
    backbone.check_weights()
    images = pictures(64)
    prepared = getattr(keras.applications, module).preprocess_input(images.copy())
    expected = plain(prepared, training=False).numpy()
    found = backbone.build_pretrained()(images, training=False).numpy()
    assert np.ptp(expected) > 0
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


def test_efficientnet_without_weights_normalizes_as_imagenet() -> None:
    trunk = get_backbone("efficientnet_b0").build(32)
    normalized = keras.Model(trunk.input, trunk.get_layer("normalization").output)
    found = normalized(np.full((1, 32, 32, 3), (255, 127.5, 0), np.float32))[0, 0, 0]
    expected = ((1 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, -0.406 / 0.225)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_efficientnet_with_imagenets_file_scales_as_keras_does(tmp_path: Any) -> None:
    """Keras' own file holds the deviation as the variance, and its ImageNet model divides once more."""
    deviation = np.array((0.229, 0.224, 0.225))
    plain = keras.applications.EfficientNetB0(weights=None, include_top=False, input_shape=(32, 32, 3))
    plain.get_layer(index=2).set_weights([np.array((0.485, 0.456, 0.406)), deviation, np.array(0)])
    plain.save_weights(tmp_path / "a.weights.h5")
    config = BackboneConfig(name="efficientnet_b0", size=32, weights=str(tmp_path / "a.weights.h5"))
    trunk = choose_backbone(config).build_pretrained()
    normalized = keras.Model(trunk.input, trunk.get_layer("normalization").output)
    pixel = np.array((200.0, 100.0, 50.0))
    keras_answer = (pixel / 255 - (0.485, 0.456, 0.406)) / np.sqrt(deviation) / np.sqrt(deviation)
    np.testing.assert_allclose(
        normalized(np.full((1, 32, 32, 3), pixel, np.float32))[0, 0, 0], keras_answer, rtol=1e-4
    )
