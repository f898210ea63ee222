"""Pre-trained trunks: the table, and the one that a config asks for."""

import dataclasses
import os
from pathlib import Path

from components.backbone.own_model import own_backbone
from components.backbone.pushed import is_pushed, pushed_backbone
from components.backbone.row import Backbone
from components.backbone.saved_model import FILE, saved_model_backbone
from components.backbone.table import BACKBONES
from components.backbone.weights import FileWeights, RandomWeights, Weights
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig

__all__ = ["BACKBONES", "Backbone", "choose_backbone", "get_backbone"]


def choose_backbone(config: BackboneConfig) -> Backbone:
    """The trunk that a config asks for; its weights are not looked at yet.

    Raises:
        InputError: there is no such backbone, it takes no pictures of that size, or the user's own model
            cannot be one.
    """
    if config.model is not None:
        return _own(config.model, config)
    row = get_backbone(config.name)
    size = config.size or row.size
    if size < row.smallest:
        raise InputError(
            f"backbone `{row.name}` takes pictures of {row.smallest} px or more. "
            f"Received: backbone.size={size}"
        )
    return dataclasses.replace(row, size=size, weights=_weights(config.weights, row))


def get_backbone(name: str, field: str = "backbone.name") -> Backbone:
    """The row called `name`.

    Args:
        name: of a row.
        field: of the config that names it, for the message.

    Raises:
        InputError: there is none; the text lists those there are.
    """
    for backbone in BACKBONES:
        if backbone.name == name:
            return backbone
    known = ", ".join(backbone.name for backbone in BACKBONES)
    raise InputError(f"`{field}` must be one of {known}. Received: {name!r}")


def _weights(asked: str, row: Backbone) -> Weights:
    if asked == "imagenet":
        return row.weights
    return RandomWeights() if asked == "none" else FileWeights(Path(os.path.expanduser(asked)))


def _own(model: str, config: BackboneConfig) -> Backbone:
    path = Path(os.path.expanduser(model))
    if path.suffix == ".keras":
        return own_backbone(path, config.size, config.pixels)
    if is_pushed(model):
        if config.pixels != "0..255":
            raise InputError(
                f"model `{path}` was pushed by Graft, and scales pixels itself: leave out backbone.pixels."
            )
        return pushed_backbone(path, config.size)
    if os.path.exists(path / FILE):
        return saved_model_backbone(path, config.size, config.pixels)
    versions = sorted(each.parent for each in path.glob(f"*/{FILE}")) if os.path.isdir(path) else []
    hint = f" It holds several: name one, such as `{versions[-1]}`." if versions else ""
    raise InputError(
        f"`backbone.model` must be a .keras file or the folder of a SavedModel.{hint} Received: {model!r}"
    )
