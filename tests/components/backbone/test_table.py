"""Every row of the table against the model that it builds: figures, stages, scaling, weights from a file.

Initial weights are zeros here, which saves drawing two thousand million numbers.
"""

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.backbone import BACKBONES, Backbone, choose_backbone
from components.backbone.cost import multiply_adds
from components.backbone.cut import PIXELS, split_trunk
from components.backbone.fold import fold_batch_norm
from components.backbone.graph import cut_points
from components.backbone.keras_config import read_nodes
from components.backbone.weights import FileWeights
from pipeline.settings.backbone import BackboneConfig
from tests.components.backbone.small_models import pictures, randomised

pytestmark = pytest.mark.slow

PIXEL = (255.0, 127.5, 0.0)
_SCALED = {
    "caffe": (-103.939, 127.5 - 116.779, 255 - 123.68),
    "tf": (1, 0, -1),
    "torch": ((1 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, -0.406 / 0.225),
    "lite": (1, 0.5 / 128, -127 / 128),
    "half": (255 / 128 - 1, 127.5 / 128 - 1, -1),
}
_BY_PREFIX = {
    **{"vgg": "caffe", "resnet": "caffe", "densenet": "torch", "convnext": "torch", "efficientnet": "torch"},
    **{"inception": "tf", "xception": "tf", "mobilenet": "tf", "nasnet": "tf", "efficientnet_lite": "lite"},
    **{f"resnet{depth}v2": "tf" for depth in (50, 101, 152)},
    **{f"efficientnet_v2_{size}": "half" for size in "sml"},
}


def scaled_pixel(backbone: Backbone) -> tuple[float, ...]:
    """What the first layer with weights must see of `PIXEL`."""
    longest = max((prefix for prefix in _BY_PREFIX if backbone.name.startswith(prefix)), key=len)
    return _SCALED[_BY_PREFIX[longest]]


@pytest.fixture(autouse=True, scope="module")
def rare_collection() -> Iterator[None]:
    """Models are cycles of many small objects: Python looks for them once a test, and not all the time."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(autouse=True)
def zeros(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Quick initial weights; no model outlives its test."""

    def zero(self: Any, shape: tuple[int, ...], dtype: Any = None, **_: Any) -> tf.Tensor:
        return tf.zeros(shape, dtype or "float32")

    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", zero)
    yield
    gc.collect()


@pytest.mark.parametrize("backbone", BACKBONES, ids=lambda backbone: backbone.name)
def test_row_is_true(backbone: Backbone, tmp_path: Path) -> None:
    trunk = backbone.build(backbone.size)
    assert trunk.input.shape == (None, backbone.size, backbone.size, 3)
    assert trunk.output.shape[-1] == backbone.width and len(trunk.output.shape) == 4
    assert trunk.count_params() == backbone.parameters
    assert multiply_adds(trunk) == backbone.multiply_adds
    _check_stages(backbone, trunk)
    _check_scaling(backbone, trunk)
    _check_round_trip(backbone, trunk, tmp_path / "trunk.weights.h5")


def _check_stages(backbone: Backbone, trunk: keras.Model) -> None:
    nodes = read_nodes(json.loads(trunk.to_json()))
    cuts = [nodes[point].name for point in cut_points(nodes)]
    places = [cuts.index(stage) for stage in backbone.stages]
    assert places == sorted(set(places))
    assert cuts[-1] == backbone.stages[-1]
    assert set(backbone.stages) <= {layer.name for layer in trunk.layers}
    halves = split_trunk(trunk, backbone.stages[(len(backbone.stages) - 1) // 2])
    below, above = ({id(variable) for variable in half.weights} for half in halves)
    assert below | above == {id(variable) for variable in trunk.weights}
    assert not below & above


def _check_scaling(backbone: Backbone, trunk: keras.Model) -> None:
    first = next(layer for layer in trunk.layers if layer.trainable_variables)
    seen = keras.Model(trunk.input, first.input)(np.full((1, *trunk.input.shape[1:]), PIXEL, np.float32))
    middle = seen.shape[1] // 2
    np.testing.assert_allclose(seen[0, middle, middle], scaled_pixel(backbone), rtol=1e-4, atol=1e-4)


def _check_round_trip(backbone: Backbone, trunk: keras.Model, path: Path) -> None:
    """Each variable gets a number of its own, and gets it back from the file."""
    for number, variable in enumerate(trunk.weights, 1):
        variable.assign(tf.fill(variable.shape, tf.cast(number, variable.dtype)))
    trunk.save_weights(path)
    for variable in trunk.weights:
        variable.assign(tf.zeros_like(variable))
    weights = FileWeights(path)
    weights.check(backbone.name, backbone.parameters or 0)
    weights.load(backbone.name, trunk)
    for number, variable in enumerate(trunk.weights, 1):
        assert bool(tf.reduce_all(variable.value == tf.cast(number, variable.dtype))), variable.path
    path.unlink()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *(("resnet50v2", 32), ("mobilenet_v3_small", 32), ("densenet121", 32), ("nasnet_mobile", 32)),
        *(("efficientnet_b0", 32), ("convnext_tiny", 32), ("xception", 71)),
    ],
)
def test_halves_and_the_folded_make_the_whole(name: str, size: int) -> None:
    backbone = choose_backbone(BackboneConfig(name=name, size=size, weights="none"))
    trunk = randomised(backbone.build_pretrained())
    images = pictures(size)
    whole = trunk(images, training=False).numpy()
    assert np.ptp(whole) > 0
    halves = [split_trunk(trunk, cut) for cut in (PIXELS, backbone.stages[len(backbone.stages) // 2])]
    answers = [upper(lower(images, training=False), training=False) for lower, upper in halves]
    for answer in (*answers, fold_batch_norm(trunk)(images, training=False)):
        np.testing.assert_allclose(answer, whole, rtol=1e-4, atol=1e-4 * np.abs(whole).max())
