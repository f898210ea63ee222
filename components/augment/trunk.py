"""The frozen trunk as Augment runs it: for inference alone, in two parts, as fast as its precision allows."""

import hashlib
import json
from typing import Any

import keras
from keras import layers

from components.backbone import Backbone
from components.backbone.cut import split_trunk
from components.backbone.flatten import copy_weights
from components.backbone.fold import fold_batch_norm

_TAKES_PIXELS = (layers.InputLayer, layers.Rescaling, layers.Normalization)
"""Stay in float32: bfloat16 has no room for 256 even steps."""


def frozen_halves(backbone: Backbone, cut: str, precision: str) -> tuple[keras.Model, keras.Model]:
    """Images -> activations at the cut, and those -> feature map, with BatchNorm folded.

    Args:
        backbone: with its weights.
        cut: a stage, or `pixels`.
        precision: `float32` or `bfloat16`, of all that comes after the scaling of pixels.
    """
    lower, upper = (fold_batch_norm(half) for half in split_trunk(backbone.build_pretrained(), cut))
    return (lower, upper) if precision == "float32" else (_converted(lower), _converted(upper))


def fingerprint(model: keras.Model) -> str:
    """A digest of what a model computes: its layers, how they are joined, and every weight."""
    # Keras numbers layers and models through the process: those names are no part of a model.
    numbers = {named.name: f"#{number}" for number, named in enumerate((model, *model.operations))}

    def anonymous(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: anonymous(item) for key, item in value.items()}
        if isinstance(value, list):
            return [anonymous(item) for item in value]
        return numbers.get(value, value) if isinstance(value, str) else value

    structure = json.dumps(anonymous(json.loads(model.to_json())))
    digest = hashlib.sha256(structure.encode())
    for weight in model.get_weights():
        digest.update(weight.tobytes())
    return digest.hexdigest()


def _converted(model: keras.Model) -> keras.Model:
    def copy(operation: Any) -> Any:
        config = operation.get_config()
        if isinstance(operation, keras.Layer) and not isinstance(operation, _TAKES_PIXELS):
            config["dtype"] = "bfloat16"
        return type(operation).from_config(config)

    twin = keras.models.clone_model(model, clone_function=copy)
    for original, layer in zip(model.layers, twin.layers, strict=True):
        copy_weights(original, layer)
    return twin
