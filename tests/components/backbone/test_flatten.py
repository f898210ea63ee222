"""Copies of models without nested ones: the same function, under the names that the config tells."""

import json

import keras
import numpy as np
import pytest
from keras import layers

from components.backbone.flatten import copy_weights, flatten, is_sum
from components.backbone.keras_config import read_nodes
from tests.components.backbone import small_models


def flat(model: keras.Model, taken: tuple[str, ...] = ()) -> keras.Model:
    images = keras.Input((32, 32, 3), name="images")
    return keras.Model(images, flatten(model, images, taken))


@pytest.mark.parametrize("name", small_models.MODELS)
def test_flatten_is_the_same_function(name: str) -> None:
    model = small_models.MODELS[name]()
    before = model.get_weights()
    images = small_models.pictures(32)
    twin = flat(model)
    np.testing.assert_allclose(
        twin(images, training=False), model(images, training=False), rtol=1e-5, atol=1e-5
    )
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    assert not {id(variable) for variable in twin.variables} & {id(variable) for variable in model.variables}


@pytest.mark.parametrize("name", small_models.MODELS)
def test_names_are_those_that_the_config_tells(name: str) -> None:
    model = small_models.MODELS[name]()
    told = {node.name for node in read_nodes(json.loads(model.to_json()), inline=True)[1:]}
    assert {operation.name for operation in flat(model).operations[1:]} == told
    assert all(isinstance(operation, keras.Layer) for operation in flat(model).operations)


def test_augmentation_does_not_act_unless_asked() -> None:
    twin = flat(small_models.guide())
    images = small_models.pictures(32)
    for _ in range(5):
        np.testing.assert_array_equal(twin(images), twin(images, training=False))


def test_names_that_are_taken() -> None:
    model = small_models.chain()
    assert "relu4" not in {layer.name for layer in flat(model, ("relu4",)).layers}
    assert f"{model.name}_relu4" in {layer.name for layer in flat(model, ("relu4",)).layers}


def test_copy_weights_brings_normalization_into_force() -> None:
    original, twin = layers.Normalization(), layers.Normalization()
    for layer in (original, twin):
        layer.build((None, 3))
    original.set_weights([np.array([1.0, 2.0, 3.0]), np.array([4.0, 4.0, 4.0]), np.array(0)])
    copy_weights(original, twin)
    np.testing.assert_allclose(twin(np.array([[3.0, 4.0, 5.0]])), [[1.0, 1.0, 1.0]], rtol=1e-6)


def test_is_sum() -> None:
    one = keras.Input((2,))
    two, shifted, layer = one + one, one + 3.0, layers.Add()([one, one])
    operations = [tensor._keras_history.operation for tensor in (two, shifted, layer)]
    assert [
        is_sum(operation, args)
        for operation, args in zip(operations, [(one, one), (one, 3.0), ([one],)], strict=True)
    ] == [
        True,
        False,
        False,
    ]
