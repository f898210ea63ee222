"""Folding: the same function without its BatchNorms."""

import keras
import numpy as np
import pytest
from keras import layers

from components.backbone import get_backbone
from components.backbone.cut import cut_for, split_trunk
from components.backbone.fold import fold_batch_norm


def _norms(model: keras.Model) -> list[str]:
    return [layer.name for layer in model.layers if isinstance(layer, layers.BatchNormalization)]


def _randomise(model: keras.Model) -> None:
    generator = np.random.default_rng(3)
    model.set_weights([generator.uniform(0.5, 1.5, weight.shape) for weight in model.get_weights()])


def _assert_same(model: keras.Model, twin: keras.Model) -> None:
    images = np.random.default_rng(4).uniform(0, 1, (2, *model.input.shape[1:])).astype("float32")
    expected = model(images, training=False)
    np.testing.assert_allclose(twin(images, training=False), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("multiplier", [1, 2])
def test_fold_convolutions_of_every_kind(use_bias: bool, multiplier: int) -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, use_bias=use_bias)(inputs))
    x = layers.DepthwiseConv2D(3, depth_multiplier=multiplier, use_bias=use_bias)(layers.ReLU()(x))
    x = layers.BatchNormalization(scale=False, center=use_bias)(x)
    model = keras.Model(inputs, x)
    _randomise(model)
    twin = fold_batch_norm(model)
    assert _norms(twin) == []
    _assert_same(model, twin)


def test_fold_leaves_what_cannot_be_folded() -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.BatchNormalization(name="of_the_input")(inputs)
    x = layers.BatchNormalization(name="of_an_activation")(layers.Conv2D(3, 3, activation="relu")(x))
    shared = layers.Conv2D(3, 3, padding="same")(x)
    x = layers.Add()([shared, layers.BatchNormalization(name="of_a_shared_output")(shared)])
    model = keras.Model(inputs, x)
    _randomise(model)
    twin = fold_batch_norm(model)
    assert _norms(twin) == ["of_the_input", "of_an_activation", "of_a_shared_output"]
    _assert_same(model, twin)


@pytest.mark.slow
def test_fold_lite0() -> None:
    trunk = get_backbone("efficientnet_lite0").build_pretrained()
    before = trunk.get_weights()
    twin = fold_batch_norm(trunk)
    assert _norms(twin) == []
    images = np.random.default_rng(5).uniform(0, 255, (2, 224, 224, 3)).astype("float32")
    np.testing.assert_allclose(twin(images), trunk(images, training=False), atol=1e-4)
    assert all(np.array_equal(one, other) for one, other in zip(before, trunk.get_weights(), strict=True))


def test_fold_sees_readers_that_are_no_layers() -> None:
    inputs = keras.Input((8, 8, 3))
    convolution = layers.Conv2D(3, 3, padding="same")(inputs)
    model = keras.Model(inputs, layers.BatchNormalization(name="norm")(convolution) + convolution * 2.0)
    _randomise(model)
    twin = fold_batch_norm(model)
    assert _norms(twin) == ["norm"]
    _assert_same(model, twin)


def test_fold_leaves_what_is_called_twice() -> None:
    inputs = keras.Input((8, 8, 3))
    shared = layers.Conv2D(3, 3, padding="same")
    x = layers.BatchNormalization(name="norm")(shared(inputs))
    model = keras.Model(inputs, shared(x))
    _randomise(model)
    twin = fold_batch_norm(model)
    assert _norms(twin) == ["norm"]
    _assert_same(model, twin)


def test_fold_leaves_norms_over_other_axes() -> None:
    inputs = keras.Input((6, 6, 3))
    model = keras.Model(
        inputs, layers.BatchNormalization(axis=1, name="of_rows")(layers.Conv2D(6, 1)(inputs))
    )
    _randomise(model)
    twin = fold_batch_norm(model)
    assert _norms(twin) == ["of_rows"]
    _assert_same(model, twin)


def test_fold_counts_the_calls_of_its_own_model_alone() -> None:
    inputs = keras.Input((8, 8, 3))
    middle = layers.ReLU(name="middle")(layers.BatchNormalization()(layers.Conv2D(4, 3)(inputs)))
    whole = keras.Model(inputs, layers.BatchNormalization()(layers.Conv2D(4, 3)(middle)))
    upper = keras.Model(middle, whole.output)  # from here on its layers have two inbound nodes
    _randomise(whole)
    for model in (whole, upper):
        twin = fold_batch_norm(model)
        assert _norms(twin) == []
        _assert_same(model, twin)


@pytest.mark.slow
def test_fold_both_halves_of_lite0() -> None:
    backbone = get_backbone("efficientnet_lite0")
    lower, upper = split_trunk(backbone.build_pretrained(), cut_for(backbone, ["20%"]))
    folded = fold_batch_norm(lower), fold_batch_norm(upper)
    assert [_norms(half) for half in folded] == [[], []]
    images = np.random.default_rng(5).uniform(0, 255, (2, 224, 224, 3)).astype("float32")
    expected = upper(lower(images, training=False), training=False)
    np.testing.assert_allclose(folded[1](folded[0](images)), expected, atol=1e-4)
