"""The user's own Keras model as a backbone: a `.keras` file, its head cut off, its stages found."""

import functools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.backbone.archive import read_config
from components.backbone.graph import find_trunk
from components.backbone.keras_config import MALFORMED, ConfigError, read_nodes
from components.backbone.keras_files import count_weights, one_line
from components.backbone.row import Backbone
from components.backbone.weights import WeightsInside
from pipeline.errors import InputError

if TYPE_CHECKING:
    import keras

    from components.backbone.scaling import Pixels

_OURS = ("images", "pixels", "pooled", "head")
"""Layers that are put before the user's, and above them."""
_SMALLEST = 32
_FACTORS = ("filters", "units", "depth_multiplier", "input_dim", "output_dim")
"""Settings of layers that their weights have as many of; `kernel_size` has one for each axis."""


def own_backbone(path: Path, size: int | None, pixels: "Pixels") -> Backbone:
    """Finds the trunk in a `.keras` file; loads no TensorFlow.

    Args:
        path: the file.
        size: side of the pictures, pixels; must be the model's own where that has one.
        pixels: what the model expects.

    Raises:
        InputError: the file is not whole, holds a layer that Keras does not have, has no feature map, or
            takes pictures of another size.
    """
    config = read_config(path)
    try:
        trunk = find_trunk(read_nodes(config, inline=True, taken=_OURS))
    except ConfigError as error:
        raise InputError(f"model `{path}` {error}.") from error
    except MALFORMED as error:
        raise InputError(f"model `{path}` is not as Keras 3 saves it: {one_line(error)}.") from error
    parameters = count_weights(path)
    if (most := max(_numbers(config), default=0)) > parameters:
        raise InputError(
            f"model `{path}` has a layer of {most:,} numbers or more, and its file holds {parameters:,}."
        )
    return Backbone(
        name=path.stem,
        size=agreed_size(path, trunk.size, size),
        smallest=_SMALLEST,
        width=trunk.width,
        stages=trunk.stages,
        parameters=parameters,
        multiply_adds=None,
        build=functools.partial(_build, path, pixels, trunk.stages[-1]),
        weights=WeightsInside(path, pixels),
    )


def _numbers(value: Any) -> Iterator[int]:
    """How many weights the layers of a config have at least: before any memory is asked for them."""
    if isinstance(value, dict):
        kernel = value.get("kernel_size", 1)
        sides = kernel if isinstance(kernel, list) else [kernel]
        others = [value.get(key) for key in _FACTORS]
        # A separable convolution has two kernels: one with the sides, one with the channels.
        for factors in (sides, others) if "pointwise_initializer" in value else ([*sides, *others],):
            yield math.prod(factor for factor in factors if isinstance(factor, int) and factor > 0)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)


def agreed_size(path: Path, fixed: int | None, asked: int | None) -> int:
    """The side of the pictures, pixels.

    Args:
        path: of the model.
        fixed: what it takes; `None` if any size will do.
        asked: what the config says.

    Raises:
        InputError: the two differ, or neither tells.
    """
    if asked is not None and fixed not in (None, asked):
        raise InputError(f"model `{path}` takes pictures of {fixed} px. Received: backbone.size={asked}")
    size = fixed or asked
    if size is None:
        raise InputError(f"model `{path}` takes pictures of any size. Set backbone.size, in pixels.")
    return size


def load_model(path: Path) -> "keras.Model":
    """Loads a `.keras` file that `read_config` has approved of.

    Raises:
        InputError: Keras cannot make the model, or its weights do not fit.
    """
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever a config makes its layers raise
        raise InputError(f"model `{path}` cannot be loaded: {one_line(error)}") from error


def _build(path: Path, pixels: "Pixels", top: str, size: int) -> "keras.Model":
    import keras

    from components.backbone.flatten import flatten
    from components.backbone.scaling import scaled

    model = load_model(path)
    images = keras.Input((size, size, 3), name=_OURS[0])
    flat = keras.Model(images, flatten(model, scaled(images, pixels), _OURS))
    return keras.Model(images, flat.get_layer(top).output, name="trunk")
