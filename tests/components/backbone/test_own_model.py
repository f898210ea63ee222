"""The user's own `.keras` file as a backbone."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from components.backbone import choose_backbone
from components.backbone.cut import PIXELS, split_trunk
from components.backbone.fold import fold_batch_norm
from components.backbone.own_model import agreed_size
from components.trainer.model import build_classifier
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import TrainerConfig
from tests.components.backbone import small_models
from tests.components.backbone.small_models import pictures, repacked


def saved(path: Path, name: str) -> Path:
    small_models.MODELS[name]().save(path / f"{name}.keras")
    return path / f"{name}.keras"


@pytest.mark.parametrize(
    ("name", "stages", "width"),
    [
        ("guide", ("pool", "block0_add", "block1_add", "block2_add", "top"), 8),
        ("chain", ("relu4", "relu8", "relu16"), 16),
        ("headless", ("both", "high"), 20),
    ],
)
def test_trunk_of_a_model(tmp_path: Path, name: str, stages: tuple[str, ...], width: int) -> None:
    backbone = choose_backbone(BackboneConfig(model=str(saved(tmp_path, name))))
    assert (backbone.name, backbone.size) == (name, 32)
    assert (backbone.stages, backbone.width) == (stages, width)
    backbone.check_weights()
    trunk = backbone.build_pretrained()
    assert trunk.output.shape[-1] == width
    images = pictures(32)
    whole = trunk(images, training=False)
    assert np.ptp(whole) > 0.1
    for cut in (PIXELS, *stages):
        lower, upper = split_trunk(trunk, cut)
        halves = upper(lower(images, training=False), training=False)
        np.testing.assert_allclose(halves, whole, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(fold_batch_norm(trunk)(images), whole, rtol=1e-4, atol=1e-3)


def test_feature_map_is_the_models_own(tmp_path: Path) -> None:
    model = small_models.guide()
    model.save(tmp_path / "a.keras")
    trunk = choose_backbone(BackboneConfig(model=str(tmp_path / "a.keras"))).build_pretrained()
    pooled = np.mean(trunk(pictures(32), training=False), axis=(1, 2))
    head = model.get_layer("classes")
    np.testing.assert_allclose(head(pooled), model(pictures(32), training=False), rtol=1e-4, atol=1e-4)


def test_model_of_any_size_needs_one(tmp_path: Path) -> None:
    path = saved(tmp_path, "sums")
    with pytest.raises(InputError, match="takes pictures of any size. Set backbone.size"):
        choose_backbone(BackboneConfig(model=str(path)))
    backbone = choose_backbone(BackboneConfig(model=str(path), size=48))
    assert len(backbone.stages) == 3
    assert backbone.build_pretrained().output.shape == (None, 48, 48, 8)


def test_model_of_another_size(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"guide.keras` takes pictures of 32 px. Received: backbone.size=64"):
        choose_backbone(BackboneConfig(model=str(saved(tmp_path, "guide")), size=64))


@pytest.mark.parametrize(("fixed", "asked", "size"), [(32, None, 32), (32, 32, 32), (None, 64, 64)])
def test_agreed_size(fixed: int | None, asked: int | None, size: int) -> None:
    assert agreed_size(Path("a.keras"), fixed, asked) == size


@pytest.mark.parametrize(("pixels", "value"), [("0..255", 51.0), ("0..1", 0.2), ("-1..1", -0.6)])
def test_pixels_are_scaled_to_what_the_model_expects(tmp_path: Path, pixels: Any, value: float) -> None:
    images = keras.Input((8, 8, 3))
    kernel = keras.initializers.Constant(1 / 27)
    model = keras.Model(images, layers.Conv2D(2, 3, kernel_initializer=kernel)(images))
    model.save(tmp_path / "mean.keras")
    trunk = choose_backbone(
        BackboneConfig(model=str(tmp_path / "mean.keras"), pixels=pixels)
    ).build_pretrained()
    np.testing.assert_allclose(trunk(np.full((1, 8, 8, 3), 51.0)), value, rtol=1e-5)


def test_fingerprint_follows_the_file_and_its_scaling(tmp_path: Path) -> None:
    path = saved(tmp_path, "chain")
    first = choose_backbone(BackboneConfig(model=str(path))).fingerprint()
    assert choose_backbone(BackboneConfig(model=str(path))).fingerprint() == first
    assert choose_backbone(BackboneConfig(model=str(path), pixels="0..1")).fingerprint() != first
    small_models.randomised(small_models.chain(), seed=4).save(path)
    assert choose_backbone(BackboneConfig(model=str(path))).fingerprint() != first


def config_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(small_models.MODELS[path.stem]().to_json()))


def _without_layers(config: dict[str, Any]) -> None:
    config["config"]["layers"] = []


def _unknown_class(config: dict[str, Any]) -> None:
    config["config"]["layers"][1]["class_name"] = "NoSuchLayer"


def _legacy_nodes(config: dict[str, Any]) -> None:
    for layer in config["config"]["layers"]:
        layer["inbound_nodes"] = [[["x", 0, 0, {}]]]


@pytest.mark.parametrize(("change", "text"), [(_without_layers, ""), (_legacy_nodes, "")])
def test_configs_that_make_no_graph(tmp_path: Path, change: Any, text: str) -> None:
    path = saved(tmp_path, "headless")
    config = config_of(path)
    change(config)
    broken = repacked(path, {"config.json": json.dumps(config).encode()})
    with pytest.raises(InputError, match=f"model `{broken}` ") as caught:
        choose_backbone(BackboneConfig(model=str(broken)))
    assert len(str(caught.value).splitlines()) == 1


def test_layer_that_this_keras_does_not_have(tmp_path: Path) -> None:
    path = saved(tmp_path, "headless")
    config = config_of(path)
    _unknown_class(config)
    broken = repacked(path, {"config.json": json.dumps(config).encode()})
    with pytest.raises(InputError, match=f"model `{broken}` cannot be loaded: .*NoSuchLayer") as caught:
        choose_backbone(BackboneConfig(model=str(broken))).build_pretrained()
    assert len(str(caught.value).splitlines()) == 1


def test_lambda_is_named(tmp_path: Path) -> None:
    images = keras.Input((8, 8, 3))
    twice = layers.Lambda(lambda x: x * 2, name="twice")(layers.Conv2D(2, 3)(images))
    keras.Model(images, twice).save(tmp_path / "a.keras")
    with pytest.raises(InputError, match="not Keras' own: Lambda `twice`"):
        choose_backbone(BackboneConfig(model=str(tmp_path / "a.keras")))


@keras.saving.register_keras_serializable("tests")
class Doubled(layers.Layer):
    """A layer that only this process knows."""

    def call(self, inputs: Any) -> Any:
        return inputs * 2


def test_custom_layer_is_named(tmp_path: Path) -> None:
    images = keras.Input((8, 8, 3))
    keras.Model(images, Doubled(name="mine")(layers.Conv2D(2, 3)(images))).save(tmp_path / "a.keras")
    with pytest.raises(InputError, match="not Keras' own: Doubled `mine`"):
        choose_backbone(BackboneConfig(model=str(tmp_path / "a.keras")))


def test_names_that_graft_needs_are_given_up(tmp_path: Path) -> None:
    images = keras.Input((32, 32, 3), name="images")
    x = layers.Conv2D(4, 3, name="head")(images)
    x = layers.Conv2D(4, 3, name="pooled")(x * keras.ops.mean(x, axis=(1, 2), keepdims=True))
    keras.Model(images, layers.Conv2D(4, 3, name="pixels")(x)).save(tmp_path / "a.keras")
    backbone = choose_backbone(BackboneConfig(model=str(tmp_path / "a.keras")))
    model = build_classifier(backbone, backbone.stages[-1], 3, TrainerConfig())
    assert model.whole(pictures(32)).shape == (len(pictures(32)), 3)


@pytest.mark.parametrize(
    ("setting", "hostile"),
    [
        (r'"filters": \d+', f'"filters": {10**9}'),
        (r'"kernel_size": \[3, 3\]', '"kernel_size": [40000, 40000]'),
    ],
)
def test_layer_that_is_larger_than_its_file_is_not_built(tmp_path: Path, setting: str, hostile: str) -> None:
    path = saved(tmp_path, "chain")
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json").decode()
    large, count = re.subn(setting, hostile, config, count=1)
    assert count == 1
    path = repacked(path, {"config.json": large.encode()})
    with pytest.raises(InputError, match="has a layer of [0-9,]+ numbers or more, and its file holds"):
        choose_backbone(BackboneConfig(model=str(path)))


def test_separable_convolution_has_fewer_numbers_than_its_settings_multiplied(tmp_path: Path) -> None:
    images = keras.Input((32, 32, 3))
    x = layers.SeparableConv2D(64, 7, name="only", padding="same")(images)
    x = layers.GlobalAveragePooling2D()(x)
    keras.Model(images, x).save(tmp_path / "a.keras")
    assert choose_backbone(BackboneConfig(model=str(tmp_path / "a.keras"))).width == 64
