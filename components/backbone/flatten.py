"""Copies a model so that a trunk can be cut out of it: nested models inlined, sums as layers.

A trunk is cut at layers, and what lies inside of a nested model, or between two `+`, is none. Names
are those of `keras_config.read_nodes`, which knows them without Keras.
"""

import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any

import keras
from keras import layers


def flatten(model: keras.Model, images: keras.KerasTensor, taken: tuple[str, ...] = ()) -> keras.KerasTensor:
    """Runs a copy of `model`, weights included, on other input.

    Args:
        model: functional or sequential, with one input and one output; stays as it is.
        images: what it reads.
        taken: names that no layer may have.

    Returns:
        Its output.
    """
    copier = _Copier(Counter([*_names(model), *taken]))
    output = copier.run(model, images)
    for original, twin in copier.twins.values():
        copy_weights(original, twin)
    return output


def copy_weights(original: keras.Layer, twin: keras.Layer) -> None:
    """Makes a layer's copy answer as the original does."""
    if original.weights:
        twin.set_weights(original.get_weights())
    if isinstance(twin, layers.Normalization):
        twin.finalize_state()  # it computes with copies of its weights


def is_sum(operation: Any, arguments: tuple[Any, ...]) -> bool:
    """Whether this is `x + y` of two tensors, which makes no layer."""
    is_addition = type(operation).__name__ == "Add" and not isinstance(operation, keras.Layer)
    return is_addition and all(isinstance(argument, keras.KerasTensor) for argument in arguments)


class _Copier:
    """Copies each layer once, however often it is called."""

    def __init__(self, counts: Counter[str]) -> None:
        self.twins: dict[int, tuple[keras.Layer, keras.Layer]] = {}
        self._counts = counts

    def run(self, model: keras.Model, tensor: keras.KerasTensor) -> keras.KerasTensor:
        def copy(operation: Any) -> Any:
            return operation if isinstance(operation, keras.Model) else self._copy(operation, model.name)

        def call(operation: Any, *args: Any, **arguments: Any) -> Any:
            arguments.pop("mask", None)
            if isinstance(operation, keras.Model):
                return self.run(operation, args[0])
            if is_sum(operation, args):
                return layers.Add(name=operation.name)(list(args))
            if _knows_training(operation):
                arguments.setdefault("training", False)  # Keras' augmentation trains unless told otherwise
            return operation(*args, **arguments)

        if isinstance(model, keras.Sequential):
            for layer in model.layers:
                tensor = call(copy(layer), tensor)
            return tensor
        return keras.tree.flatten(model._run_through_graph(tensor, operation_fn=copy, call_fn=call))[0]

    def _copy(self, operation: Any, owner: str) -> Any:
        if id(operation) not in self.twins:
            name = operation.name if self._counts[operation.name] <= 1 else f"{owner}_{operation.name}"
            twin = type(operation).from_config({**operation.get_config(), "name": name})
            if not isinstance(operation, keras.Layer):
                return twin
            self.twins[id(operation)] = (operation, twin)
        return self.twins[id(operation)][1]


def _knows_training(operation: Any) -> bool:
    return isinstance(operation, keras.Layer) and "training" in inspect.signature(operation.call).parameters


def _names(model: keras.Model) -> Iterator[str]:
    operations = model.layers if isinstance(model, keras.Sequential) else model.operations
    for operation in operations:
        if isinstance(operation, keras.Model):
            yield from _names(operation)
        elif not isinstance(operation, layers.InputLayer):
            yield operation.name
