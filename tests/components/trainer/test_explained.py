"""The heat of an exported model is Grad-CAM's, whatever the head, the views and the batch."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from components.backbone import choose_backbone
from components.temperature import Calibration
from components.test_time_views import turned_back, view
from components.trainer.export import ServedModel, export
from components.trainer.model import TransferModel, build_classifier
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import TestTimeView, TrainerConfig
from tests.components.trainer.stand_in import Transform

pytestmark = pytest.mark.slow

LABELS = ["blue", "green", "red"]
VIEWS = ("horizontal_flip", "vertical_flip", "half_turn")
SIZE, MIDDLING = 32, 96


def _served(model: Any, size: int, views: Sequence[str] = ()) -> ServedModel:
    return ServedModel(model.whole, Transform(size), LABELS, 1.3, views)  # type: ignore[arg-type]


def _encoded(pictures: Sequence[np.ndarray]) -> tf.Tensor:
    return tf.constant([tf.io.encode_png(picture).numpy() for picture in pictures], tf.string)


@pytest.fixture(scope="module")
def colours() -> Any:
    """Says which colour is there: 8 x 8 places, each of which sees its own 4 x 4 pixels."""
    images = keras.Input((SIZE, SIZE, 3))
    # A place is of a colour if it has little of the two others.
    kernel = np.broadcast_to(1.5 * np.eye(3)[::-1] - 0.5, (4, 4, 3, 3)) / 255
    places = layers.Conv2D(3, 4, 4, activation="relu", name="map")
    feature_map = places(images)
    places.set_weights([kernel, np.zeros(3)])
    logits = keras.Sequential([layers.Dense(3, kernel_initializer="identity")], name="head")
    whole = keras.Model(images, logits(layers.GlobalAveragePooling2D(name="pooled")(feature_map)))
    return SimpleNamespace(whole=whole)


@pytest.mark.parametrize("views", [(), VIEWS, ("left_turn",), get_args(TestTimeView)])
@pytest.mark.parametrize("corner", [(0, 0), (0, 6), (6, 0), (6, 6)])
def test_corner_that_speaks_for_the_answer_lights_up(
    colours: Any, views: tuple[str, ...], corner: tuple[int, int]
) -> None:
    served = _served(colours, SIZE, views)
    picture = np.full((SIZE, SIZE, 3), 128, np.uint8)
    down, right = corner
    picture[4 * down : 4 * down + 8, 4 * right : 4 * right + 8] = (255, 0, 0)
    answer = served.explain(_encoded([picture]))
    assert answer["label"].numpy() == [b"red"]
    expected = np.zeros((8, 8))
    expected[down : down + 2, right : right + 2] = 1
    np.testing.assert_allclose(answer["heat"][0], expected, atol=1e-6)


@pytest.fixture(scope="module")
def blots() -> np.ndarray:
    """Pictures of soft blots, uint8, more than a chunk of them."""
    coarse = np.random.default_rng(2).integers(0, 256, (34, 9, 9, 3)).astype(np.float32)
    return tf.image.resize(coarse, (MIDDLING, MIDDLING), "bicubic").numpy().clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module", params=["root", "mlp"])
def grown(request: pytest.FixtureRequest, blots: np.ndarray) -> TransferModel:
    """The real trunk, with a head whose logits are no sums of its features; it knows all classes."""
    trunk = choose_backbone(BackboneConfig(name="efficientnet_lite0", size=MIDDLING))
    model = build_classifier(trunk, "block_14", 3, TrainerConfig(head=request.param))
    draw = np.random.default_rng(11)
    weights = [draw.normal(0, 0.3, each.shape) for each in model.head.get_weights()]
    model.head.set_weights(weights)
    mean = model.whole(blots.astype(np.float32), training=False).numpy().mean(axis=0)
    model.head.set_weights([*weights[:-1], weights[-1] - mean])
    return model


def _grad_cam(model: TransferModel, images: tf.Tensor, views: Sequence[str]) -> np.ndarray:
    """As the paper has it: gradients of the logit at each place of the map, their mean a weight a channel."""
    above = keras.Model(model.trunk.output, model.whole.output)
    maps = [model.trunk(view(images, name) if name else images, training=False) for name in ("", *views)]
    with tf.GradientTape() as tape:
        tape.watch(maps)
        logits = tf.reduce_mean([above(each, training=False) for each in maps], axis=0)
        asked = tf.reduce_max(logits, axis=1)
    found = []
    for each, slopes, name in zip(maps, tape.gradient(asked, maps), ("", *views), strict=True):
        weights = tf.reduce_mean(slopes, axis=(1, 2), keepdims=True)
        added = tf.reduce_sum(weights * each, axis=3, keepdims=True)
        found.append((turned_back(added, name) if name else added)[..., 0])
    heat = np.maximum(np.sum(found, axis=0), 0)
    return heat / heat.max(axis=(1, 2), keepdims=True)


@pytest.mark.parametrize("views", [(), get_args(TestTimeView)])
def test_heat_is_that_of_keras_gradients_through_the_feature_map(
    grown: TransferModel, blots: np.ndarray, tmp_path: Path, views: tuple[str, ...]
) -> None:
    transform: Any = Transform(blots.shape[1])
    export(grown, transform, LABELS, Calibration(1.3, 0.5, 0.6, 0, 0), views, str(tmp_path))
    signatures = tf.saved_model.load(str(tmp_path)).signatures
    answer = signatures["explain"](image_bytes=_encoded(blots))
    for name, expected in signatures["serving_default"](image_bytes=_encoded(blots)).items():
        np.testing.assert_array_equal(answer[name], expected)
    assert len(set(answer["label"].numpy())) > 1
    found = _grad_cam(grown, tf.cast(blots, tf.float32), views)
    assert found.std(axis=(1, 2)).min() > 0.05
    np.testing.assert_allclose(answer["heat"], found, atol=1e-4)


@pytest.fixture(scope="module")
def wild() -> ServedModel:
    """Answers and maps of no sense, with signs of both kinds."""
    keras.utils.set_random_seed(5)
    images = keras.Input((SIZE, SIZE, 3))
    feature_map = layers.Conv2D(5, 7, 5, activation="relu")(layers.Rescaling(1 / 255)(images))
    head = keras.Sequential([layers.Dense(4, "tanh"), layers.Dense(3)], name="head")
    logits = head(layers.GlobalAveragePooling2D(name="pooled")(feature_map))
    return _served(SimpleNamespace(whole=keras.Model(images, logits)), SIZE, VIEWS[:2])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(1, 50), st.integers(0, 255), st.booleans()), max_size=20
    )
)
def test_heat_is_between_0_and_1(wild: ServedModel, shapes: list[tuple[int, int, int, bool]]) -> None:
    draw = np.random.default_rng(0)
    pictures = [
        draw.integers(0, 1 + shade, (height, width, 3)).astype(np.uint8)
        if is_noise
        else np.full((height, width, 3), shade, np.uint8)
        for height, width, shade, is_noise in shapes
    ]
    answer = wild.explain(_encoded(pictures))
    heat = answer["heat"].numpy()
    assert heat.shape == (len(pictures), 6, 6)
    assert heat.dtype == np.float32
    assert np.isfinite(heat).all()
    assert ((heat >= 0) & (heat <= 1)).all()
    assert set(heat.max(axis=(1, 2)).tolist()) <= {0.0, 1.0}
    assert len(answer["label"]) == len(pictures)
