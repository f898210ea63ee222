"""EfficientNet-Lite: known answers on known photos, and weights that do not fit."""

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import skimage.data
import tensorflow as tf
from sklearn.datasets import load_sample_image

from components.backbone import Backbone, efficientnet_lite, get_backbone
from components.backbone.efficientnet_lite import load_lite
from components.backbone.torch_weights import WeightsError, read_state_dict
from components.backbone.weights import PackageWeights

pytestmark = pytest.mark.slow

Head = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def row() -> Backbone:
    return get_backbone("efficientnet_lite0")


def file_of(row: Backbone) -> tuple[Path, str]:
    assert isinstance(row.weights, PackageWeights)
    return row.weights.path(row.name), row.weights.sha256


@pytest.fixture(scope="module")
def models() -> dict[str, tuple[keras.Model, Head]]:
    """Each trunk once, with the head that was cut off."""
    found = {}
    for number in range(3):
        row = get_backbone(f"efficientnet_lite{number}")
        trunk = row.build(row.size)
        found[row.name] = trunk, load_lite(trunk, *file_of(row))
    return found


@pytest.fixture(scope="module")
def loaded(row: Backbone, models: dict[str, tuple[keras.Model, Head]]) -> tuple[keras.Model, Head]:
    return models[row.name]


def prepared(photo: np.ndarray, size: int) -> tf.Tensor:
    """As the weights' makers evaluate: short side to 32 more than the crop from the centre."""
    height, width = photo.shape[:2]
    scale = (size + 32) / min(height, width)
    shape = (round(height * scale), round(width * scale))
    resized = tf.image.resize(photo, shape, method="bicubic", antialias=True)
    return tf.clip_by_value(tf.image.resize_with_crop_or_pad(resized, size, size), 0, 255)[None]


@pytest.mark.parametrize(
    ("name", "photo", "answer", "probability", "tolerance"),
    [
        ("efficientnet_lite0", "coffee", 967, 0.95, 0.01),  # espresso
        ("efficientnet_lite0", "chelsea", 282, 0.41, 0.03),  # tiger cat
        ("efficientnet_lite0", "china.jpg", 698, 0.32, 0.03),  # palace
        ("efficientnet_lite1", "coffee", 967, 0.53, 0.03),
        ("efficientnet_lite1", "chelsea", 285, 0.43, 0.03),  # Egyptian cat
        ("efficientnet_lite1", "china.jpg", 698, 0.56, 0.03),
        ("efficientnet_lite2", "coffee", 967, 0.89, 0.03),
        ("efficientnet_lite2", "chelsea", 285, 0.57, 0.03),
        ("efficientnet_lite2", "china.jpg", 698, 0.35, 0.03),
    ],
)
def test_load_lite_known_answers(
    models: dict[str, tuple[keras.Model, Head]],
    name: str,
    photo: str,
    answer: int,
    probability: float,
    tolerance: float,
) -> None:
    trunk, (kernel, bias) = models[name]
    picture = load_sample_image(photo) if "." in photo else getattr(skimage.data, photo)()
    features = tf.reduce_mean(trunk(prepared(picture, trunk.input.shape[1]), training=False), axis=(1, 2))
    probabilities = tf.nn.softmax(features @ kernel + bias).numpy()[0]
    assert probabilities.argmax() == answer
    assert math.isclose(probabilities[answer], probability, abs_tol=tolerance), probabilities[answer]


def test_row_is_true_of_the_trunk(row: Backbone, loaded: tuple[keras.Model, Head]) -> None:
    trunk, (kernel, bias) = loaded
    assert trunk.count_params() == row.parameters
    assert trunk.input.shape == (None, row.size, row.size, 3)
    assert trunk.output.shape == (None, 7, 7, row.width)
    assert kernel.shape == (row.width, 1000) and bias.shape == (1000,)


def test_row_stages_lie_in_the_trunk_bottom_to_top(row: Backbone, loaded: tuple[keras.Model, Head]) -> None:
    names = [layer.name for layer in loaded[0].layers]
    places = [names.index(stage) for stage in row.stages]
    assert places == sorted(places)
    assert names[-1] == row.stages[-1]
    for stage in row.stages[:-1]:
        inner = [name for name in names if name.startswith(f"{stage}_")]
        assert max(names.index(name) for name in inner) < names.index(stage)


def test_build_takes_pixels_as_they_come(loaded: tuple[keras.Model, Head]) -> None:
    rescaled = keras.Model(loaded[0].input, loaded[0].get_layer("rescale").output)
    pixels = np.full((1, 224, 224, 3), 127, np.float32)
    pixels[0, 0, 0] = (0, 255, 191)
    values = rescaled(pixels).numpy()[0]
    np.testing.assert_allclose(values[0, 0], [-127 / 128, 1, 0.5], atol=1e-6)
    np.testing.assert_allclose(values[1, 1], 0, atol=1e-6)


@pytest.fixture(scope="module")
def tensors(row: Backbone) -> dict[str, np.ndarray]:
    return read_state_dict(*file_of(row))


def _without(tensors: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    return {key: value for key, value in tensors.items() if key != name}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("_conv_stem.weight", "missing"),
        ("_blocks.3._bn1.running_var", "missing"),
        ("_fc.bias", "missing"),
        ("_blocks.16._expand_conv.weight", "extra"),
        ("_blocks.2._depthwise_conv.weight", "misshapen"),
        ("_bn1.weight", "misshapen"),
        ("_fc.weight", "misshapen"),
    ],
)
def test_load_lite0_unfit_tensor_is_refused_by_name(
    row: Backbone,
    loaded: tuple[keras.Model, Head],
    tensors: dict[str, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    change: str,
) -> None:
    changed: dict[str, Any] = _without(tensors, name)
    if change == "extra":
        changed[name] = np.zeros(3, np.float32)
    elif change == "misshapen":
        changed[name] = tensors[name][..., :-1]
    monkeypatch.setattr(efficientnet_lite, "read_state_dict", lambda path, sha256: changed)
    with pytest.raises(WeightsError) as refusal:
        load_lite(loaded[0], *file_of(row))
    assert name in str(refusal.value)
