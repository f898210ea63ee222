"""Nodes read from a config, against the models that Keras makes of it."""

import json

import keras
import pytest
from keras import layers

from components.backbone.graph import find_trunk
from components.backbone.keras_config import ConfigError, read_nodes
from tests.components.backbone import small_models


def names(model: keras.Model, inline: bool) -> list[str]:
    return [node.name for node in read_nodes(json.loads(model.to_json()), inline)]


def test_nested_models_as_layers_and_inlined() -> None:
    model = small_models.guide()
    assert names(model, inline=False) == [layer.name for layer in model.layers]
    inlined = names(model, inline=True)
    assert inlined[:4] == ["pictures", "random_flip", "rescaling", "stem_conv"]
    assert inlined[-4:] == ["top", "global_average_pooling2d", "dropout", "classes"]


def test_stages_of_the_guides_model() -> None:
    found = find_trunk(read_nodes(json.loads(small_models.guide().to_json()), inline=True))
    assert found.stages == ("pool", "block0_add", "block1_add", "block2_add", "top")
    assert (found.width, found.size) == (8, 32)


def test_layers_of_one_name_are_told_apart() -> None:
    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.Rescaling(0.5, name="scale")], name="inner")
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Rescaling(0.5, name="scale"), inner], name="outer"
    )
    assert names(model, inline=True)[1:] == ["outer_scale", "inner_scale"]
    taken = read_nodes(json.loads(inner.to_json()), inline=True, taken=("scale",))
    assert taken[1].name == "inner_scale"


def test_layer_that_is_called_twice_makes_two_nodes() -> None:
    nodes = read_nodes(json.loads(small_models.sums().to_json()))
    assert [node.name for node in nodes].count("everywhere") == 4
    sums = [node for node in nodes if node.kind == "Add"]
    assert all(len(node.reads) == 2 and node.shape == [None, None, None, 8] for node in sums)
    assert all(read < index for index, node in enumerate(nodes) for read in node.reads)


def test_order_of_inputs_follows_the_graph_not_the_list() -> None:
    config = json.loads(small_models.guide().to_json())
    ordered = [node.name for node in read_nodes(config)]
    config["config"]["layers"].reverse()
    assert [node.name for node in read_nodes(config)] == ordered


def _two_inputs() -> keras.Model:
    first, second = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    return keras.Model([first, second], layers.Add()([first, second]))


def _two_outputs() -> keras.Model:
    images = keras.Input((8, 8, 3))
    return keras.Model(images, [layers.ReLU()(images), layers.Softmax()(images)])


@pytest.mark.parametrize(("model", "text"), [(_two_inputs, "has 2 and 1"), (_two_outputs, "has 1 and 2")])
def test_one_input_and_one_output(model: object, text: str) -> None:
    with pytest.raises(ConfigError, match=f"must have one input and one output, and {text}"):
        read_nodes(json.loads(model().to_json()))  # type: ignore[operator]


def test_subclass() -> None:
    with pytest.raises(ConfigError, match="is a Mine, and must be a functional or sequential model"):
        read_nodes({"class_name": "Mine", "config": {"name": "mine", "layers": []}})


def test_what_nothing_makes() -> None:
    config = json.loads(small_models.headless().to_json())
    del config["config"]["layers"][1]
    with pytest.raises(ConfigError, match="read what nothing makes"):
        read_nodes(config)
