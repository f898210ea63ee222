"""The families of keras.applications as trunks: scaling inside, and the same names in every process."""

import contextlib
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers
from keras.src.utils.naming import to_snake_case

from components.backbone.flatten import is_sum
from components.backbone.scaling import IMAGENET_DEVIATION, IMAGENET_MEAN, Pixels, scaled


def build_application(application: str, size: int, pixels: Pixels) -> keras.Model:
    """Builds a model of keras.applications without its head, with random weights.

    Args:
        application: the builder's name there, such as `ResNet50`.
        size: side of the pictures, pixels.
        pixels: what it expects; `0..255` where it scales by itself.

    Returns:
        A functional model: images float32 [batch, size, size, 3] in 0..255 -> feature map; every call
        draws the same weights.
    """
    images = keras.Input((size, size, 3), name="images")
    with fixed_draws():
        built = getattr(keras.applications, application)(
            include_top=False,
            weights=None,
            input_tensor=scaled(images, pixels),
            input_shape=(size, size, 3),
        )
        _rename(built)
        trunk = _with_sums_as_layers(built)
    _normalize_as_imagenet(trunk)
    return trunk


@contextlib.contextmanager
def fixed_draws() -> Iterator[None]:
    """Layers that are made here have the same random weights every time.

    Augment and Trainer each build the trunk: without pre-trained weights, too, it must be the same one.
    Keras takes the seed of an initializer from Python's generator.
    """
    state = random.getstate()
    random.seed(0)
    try:
        yield
    finally:
        random.setstate(state)


def _rename(model: keras.Model) -> None:
    """Numbers what Keras named by itself as in a fresh process; it counts on, and stages have fixed names."""
    by_class: dict[str, list[Any]] = defaultdict(list)
    for operation in model.operations:
        own = to_snake_case(type(operation).__name__)
        if re.fullmatch(rf"{own}(_\d+)?", operation.name):
            by_class[own].append(operation)
    for own, operations in by_class.items():
        operations.sort(key=lambda operation: int(operation.name[len(own) + 1 :] or 0))
        for index, operation in enumerate(operations):
            operation.name = f"{own}_{index}" if index else own


def _with_sums_as_layers(model: keras.Model) -> keras.Model:
    """ConvNeXt adds by `+`, which makes no layer; only a layer can end a stage."""

    def adopt(operation: Any) -> Any:
        operation._inbound_nodes.clear()  # its output is then the one in the new graph
        return operation

    def call(operation: Any, *args: Any, **arguments: Any) -> Any:
        if is_sum(operation, args):
            return layers.Add(name=operation.name)(list(args))
        return operation(*args, **arguments)

    if model.name.startswith("convnext"):
        model = keras.models.clone_model(model, clone_function=adopt, call_function=call)
    # Some builders list their one input, others do not.
    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)


def _normalize_as_imagenet(trunk: keras.Model) -> None:
    """EfficientNet's normalization would otherwise wait for data to adapt to."""
    for layer in trunk.layers:
        if isinstance(layer, layers.Normalization) and layer.weights:
            layer.set_weights([np.array(IMAGENET_MEAN), np.square(IMAGENET_DEVIATION), np.array(0)])
            layer.finalize_state()
