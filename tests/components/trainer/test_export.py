"""What is exported answers as the training graph does, over its views, at its temperature."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from scipy.special import softmax
from tensorflow.core.protobuf import saved_model_pb2

from components.backbone.pushed import pushed_backbone
from components.calibration import read_temperature
from components.temperature import Calibration
from components.trainer.export import ServedModel, export
from tests.components.trainer.stand_in import Transform

pytestmark = pytest.mark.slow

SIZE, LABELS = 12, ["cat", "dog", "hen"]
VIEWS = ("horizontal_flip", "vertical_flip", "half_turn")
FLIPS = {
    "horizontal_flip": np.s_[:, :, ::-1],
    "vertical_flip": np.s_[:, ::-1],
    "half_turn": np.s_[:, ::-1, ::-1],
}


@pytest.fixture(scope="module")
def model() -> Any:
    """A small trunk and head whose answers depend on where things lie in a picture."""
    keras.utils.set_random_seed(3)
    images = keras.Input((SIZE, SIZE, 3))
    first = layers.Conv2D(4, 3, use_bias=False, name="stem_convolution")(layers.Rescaling(1 / 128)(images))
    feature_map = layers.Activation("relu", name="stem")(layers.BatchNormalization(name="stem_norm")(first))
    far_apart = keras.initializers.RandomNormal(stddev=25, seed=3)
    head = keras.Sequential([layers.Dense(3, kernel_initializer=far_apart)], name="head")
    logits = head(layers.GlobalAveragePooling2D(name="pooled")(feature_map))
    whole = keras.Model(images, logits, name="whole")
    whole.get_layer("stem_norm").set_weights([np.linspace(low, 2, 4) for low in (0.5, -1, -1, 0.5)])
    trunk = keras.Model(images, feature_map, name="trunk")
    backbone = SimpleNamespace(name="small", trains=True, size=SIZE, width=4, stages=("stem_norm", "stem"))
    return SimpleNamespace(whole=whole, trunk=trunk, backbone=backbone)


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """More than two chunks of them, uint8."""
    return np.random.default_rng(5).integers(0, 256, (70, SIZE, SIZE, 3), np.uint8)


def _served(model: Any, folder: Path, temperature: float = 1.0, views: tuple[str, ...] = ()) -> Any:
    calibration = Calibration(temperature, 0.5, 0.6, 0.02, 0.05)
    export(model, Transform(SIZE), LABELS, calibration, views, str(folder))  # type: ignore[arg-type]
    return tf.saved_model.load(str(folder)).signatures


def _encoded(pictures: np.ndarray) -> tf.Tensor:
    return tf.constant([tf.io.encode_png(picture).numpy() for picture in pictures])


def _logits(model: Any, pictures: np.ndarray, views: tuple[str, ...]) -> np.ndarray:
    """The training graph's, averaged over the plain view and `views`."""
    seen = [pictures, *(pictures[FLIPS[name]] for name in views)]
    logits = [model.whole(view.astype(np.float32), training=False).numpy() for view in seen]
    return np.mean(logits, axis=0, dtype=np.float64)


@pytest.mark.parametrize(("views", "temperature"), [((), 1.0), ((), 0.4), (VIEWS[:1], 2.5), (VIEWS, 1.7)])
def test_answer_is_the_mean_over_the_views_at_the_temperature(
    model: Any, pictures: np.ndarray, tmp_path: Path, views: tuple[str, ...], temperature: float
) -> None:
    answer = _served(model, tmp_path, temperature, views)["serving_default"](image_bytes=_encoded(pictures))
    logits = _logits(model, pictures, views)
    expected = softmax(logits / temperature, axis=1)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)
    # Neither chunks nor temperature change an answer.
    assert [name.decode() for name in answer["label"].numpy()] == [
        LABELS[best] for best in logits.argmax(axis=1)
    ]
    np.testing.assert_allclose(answer["probability"], expected.max(axis=1), atol=1e-5)


@pytest.mark.parametrize("views", [(), VIEWS])
def test_pixels_get_the_answer_of_their_picture(
    model: Any, pictures: np.ndarray, tmp_path: Path, views: tuple[str, ...]
) -> None:
    _served(model, tmp_path, 1.7, views)
    loaded = tf.saved_model.load(str(tmp_path))
    some = _encoded(pictures[:5])
    pixels = loaded.to_pixels(some)
    np.testing.assert_array_equal(pixels, pictures[:5])
    served = loaded.signatures["serving_default"](image_bytes=some)["probabilities"]
    np.testing.assert_allclose(loaded.from_pixels(pixels), served, atol=1e-6)
    (graph,) = loaded.from_pixels.concrete_functions
    assert graph.inputs[0].shape.as_list() == [None, SIZE, SIZE, 3]


def test_views_matter(model: Any, pictures: np.ndarray) -> None:
    plain = _logits(model, pictures, ())
    for name in VIEWS:
        assert np.abs(plain - _logits(model, pictures, (name,))).max() > 0.1


@pytest.mark.parametrize("views", [(), VIEWS[:2], VIEWS])
def test_forward_pass_stays_small_whatever_is_sent(
    model: Any, pictures: np.ndarray, views: tuple[str, ...]
) -> None:
    served = ServedModel(model.whole, Transform(SIZE), LABELS, 1.0, views)  # type: ignore[arg-type]
    sizes = []

    def note(images: np.ndarray) -> np.ndarray:
        sizes.append(len(images))
        return images

    def forward(images: tf.Tensor, training: bool) -> tf.Tensor:
        noted = tf.numpy_function(note, [images], tf.float32)
        return model.whole(tf.ensure_shape(noted, (None, SIZE, SIZE, 3)), training=training)

    served._model = forward
    answer = served.serving_default(_encoded(pictures))
    assert len(answer["label"]) == len(pictures)
    assert max(sizes) <= 32
    assert sum(sizes) == len(pictures) * (1 + len(views))


def test_graph_with_views_holds_no_random_op_and_takes_no_pictures_for_none(
    model: Any, tmp_path: Path
) -> None:
    answer = _served(model, tmp_path, 2.0, VIEWS)["serving_default"](image_bytes=tf.constant([], tf.string))
    assert answer["probabilities"].shape == answer["labels"].shape == (0, 3)
    saved = saved_model_pb2.SavedModel.FromString((tmp_path / "saved_model.pb").read_bytes())
    ops = set(re.findall(r'\bop: "(\w+)"', str(saved.meta_graphs[0].graph_def)))
    assert {"Conv2D", "ReverseV2"} <= ops
    assert not {op for op in ops if "Random" in op or "Multinomial" in op or "Shuffle" in op}


def test_what_lies_beside_the_graph(model: Any, tmp_path: Path) -> None:
    _served(model, tmp_path, 1.25)
    assert (tmp_path / "assets" / "labels.txt").read_text().split() == LABELS
    assert read_temperature(str(tmp_path)) == 1.25
    images = np.random.default_rng(7).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    trunk = pushed_backbone(tmp_path, size=None).build_pretrained()
    np.testing.assert_array_equal(trunk(images, training=False), model.trunk(images, training=False))
