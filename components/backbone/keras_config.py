"""A Keras model's config, read without Keras: a list of nodes, each of which reads only earlier ones.

Nested models count as if their layers stood in the outer one, as `flatten.py` builds them, or as layers.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

INPUT = "InputLayer"
NESTED = ("Functional", "Sequential", "Model")

Tensor = tuple[str, int, int]
"""The layer that made it, which of its calls, which of its outputs: Keras' `keras_history`."""
Shape = tuple[int | None, ...]


MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a config raises that is not as Keras writes it; `ConfigError` among them."""


class ConfigError(ValueError):
    """This model cannot be a trunk; the text goes on from its name."""


@dataclass
class Node:
    """One call of a layer or operation.

    Attributes:
        name: of the layer; after that of its model where two layers have the same.
        kind: its class.
        config: its settings.
        reads: the nodes whose output it reads, by index.
        shape: of its output, the batch included; `None` where nothing tells.
    """

    name: str
    kind: str
    config: dict[str, Any]
    reads: tuple[int, ...] = ()
    shape: Shape | None = None


@dataclass(frozen=True)
class _Call:
    layer: dict[str, Any]
    index: int
    reads: tuple[tuple[Tensor, Shape | None], ...]


def read_nodes(model: dict[str, Any], inline: bool = False, taken: tuple[str, ...] = ()) -> list[Node]:
    """The nodes of a model, bottom to top.

    Args:
        model: what Keras writes into `config.json`.
        inline: whether the layers of nested models stand in for these.
        taken: names that no layer may have.

    Raises:
        ConfigError: it is no functional or sequential model with one input and one output.
    """
    reader = _Reader(inline, Counter([*_layer_names(model), *taken]))
    outputs = reader.walk(model, [])
    inputs = sum(node.kind == INPUT for node in reader.nodes)
    if (inputs, len(outputs)) != (1, 1):
        raise ConfigError(f"must have one input and one output, and has {inputs} and {len(outputs)}")
    return reader.nodes


class _Reader:
    """Collects the nodes of a model and of those inside it."""

    def __init__(self, inline: bool, counts: Counter[str]) -> None:
        self.nodes: list[Node] = []
        self._inline = inline
        self._counts = counts

    def walk(self, model: dict[str, Any], inputs: list[int]) -> list[int]:
        """Appends a model's nodes and returns those that make its outputs.

        Args:
            model: its config.
            inputs: the nodes that it reads; none for the outermost one.
        """
        if model["class_name"] not in NESTED:
            raise ConfigError(f"is a {model['class_name']}, and must be a functional or sequential model")
        made: dict[tuple[str, int], list[int]] = {}
        pending = list(_calls(model))
        while pending:
            waiting = []
            for call in pending:
                if all(tensor[:2] in made for tensor, _ in call.reads):
                    made[_name(call.layer), call.index] = self._add(call, model, inputs, made)
                else:
                    waiting.append(call)
            if len(waiting) == len(pending):
                raise ConfigError("has layers that read what nothing makes")
            pending = waiting
        return [made[name, index][place] for name, index, place in _outputs(model)]

    def _add(
        self, call: _Call, model: dict[str, Any], inputs: list[int], made: dict[tuple[str, int], list[int]]
    ) -> list[int]:
        layer, reads = call.layer, []
        for (name, index, place), shape in call.reads:
            sources = made[name, index]
            reads.append(sources[min(place, len(sources) - 1)])
            self.nodes[reads[-1]].shape = self.nodes[reads[-1]].shape or shape
        if layer["class_name"] in NESTED and self._inline:
            return self.walk(layer, reads)
        if layer["class_name"] == INPUT and inputs:
            return [inputs[_input_names(model).index(_name(layer))]]
        shape = layer["config"].get("batch_shape")
        self.nodes.append(
            Node(self._full_name(layer, model), layer["class_name"], layer["config"], tuple(reads), shape)
        )
        return [len(self.nodes) - 1]

    def _full_name(self, layer: dict[str, Any], model: dict[str, Any]) -> str:
        name = _name(layer)
        return name if self._counts[name] <= 1 else f"{_name(model)}_{name}"


def _calls(model: dict[str, Any]) -> Iterator[_Call]:
    """Every call of a layer that a model makes."""
    layers = model["config"]["layers"]
    if model["class_name"] == "Sequential":
        if layers[0]["class_name"] != INPUT:
            shape = model["config"].get("build_input_shape")
            layers = [{"class_name": INPUT, "config": {"name": "", "batch_shape": shape}}, *layers]
        yield _Call(layers[0], 0, ())
        for below, layer in pairwise(layers):
            shape = (layer.get("build_config") or {}).get("input_shape")
            yield _Call(layer, 0, (((_name(below), 0, 0), shape),))
        return
    for layer in layers:
        if layer["class_name"] == INPUT:
            yield _Call(layer, 0, ())
            continue
        for index, node in enumerate(layer["inbound_nodes"]):
            yield _Call(layer, index, tuple(_tensors(node)))


def _tensors(value: Any) -> Iterator[tuple[Tensor, Shape | None]]:
    """The tensors in the arguments of a call, however deep."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            yield tuple(value["config"]["keras_history"]), value["config"]["shape"]
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _tensors(inner)


def _name(layer: dict[str, Any]) -> str:
    return str(layer["config"]["name"])


def _layer_names(model: dict[str, Any]) -> Iterator[str]:
    for layer in model["config"]["layers"]:
        if layer["class_name"] in NESTED:
            yield from _layer_names(layer)
        elif layer["class_name"] != INPUT:
            yield _name(layer)


def _input_names(model: dict[str, Any]) -> list[str]:
    if model["class_name"] == "Sequential":
        return [_name(next(_calls(model)).layer)]
    return [name for name, _, _ in _triples(model["config"]["input_layers"])]


def _outputs(model: dict[str, Any]) -> list[Tensor]:
    if model["class_name"] == "Sequential":
        return [(_name(model["config"]["layers"][-1]), 0, 0)]
    return _triples(model["config"]["output_layers"])


def _triples(value: Any) -> list[Tensor]:
    """`["conv", 0, 0]`, a list of those, or a dict of those."""
    if isinstance(value, dict):
        value = list(value.values())
    if value and isinstance(value[0], str):
        return [(value[0], value[1], value[2])]
    return [triple for inner in value for triple in _triples(inner)]
