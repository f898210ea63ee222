"""Small Keras models in the shapes that users' models have, their weights far from nothing."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
from keras import layers


def guide() -> keras.Model:
    """As the Keras guide builds it: augmentation, scaling, a nested trunk with residuals, a head."""
    inner = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem_conv")(inner)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = layers.MaxPooling2D(name="pool")(x)
    for block in range(3):
        y = layers.Conv2D(8, 3, padding="same", use_bias=False, name=f"block{block}_conv")(x)
        y = layers.ReLU(name=f"block{block}_relu")(layers.BatchNormalization(name=f"block{block}_bn")(y))
        x = layers.Add(name=f"block{block}_add")([x, y])
    x = layers.Activation("relu", name="top")(x)
    trunk = keras.Model(inner, x, name="trunk_of_mine")
    images = keras.Input((32, 32, 3), name="pictures")
    # Keras numbers layers without a name through the process: their names would depend on the tests before.
    flips = keras.Sequential([layers.RandomFlip("horizontal", name="random_flip")], name="augmentation")
    x = trunk(layers.Rescaling(1 / 127.5, -1, name="rescaling")(flips(images)), training=False)
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    return randomised(keras.Model(images, layers.Dense(3, name="classes")(x), name="whole"))


def chain() -> keras.Model:
    """Sequential, without a branch or a pool; its head flattens."""
    parts = [
        (
            layers.Conv2D(width, 3, 2, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(name=f"relu{width}"),
        )
        for width in (4, 8, 16)
    ]
    head = (layers.Flatten(), layers.Dense(4))
    return randomised(
        keras.Sequential([keras.Input((32, 32, 3)), *(layer for part in parts for layer in part), *head])
    )


def sums() -> keras.Model:
    """Of any size; adds by `+`, and uses one activation everywhere."""
    images = keras.Input((None, None, 3))
    relu = layers.ReLU(name="everywhere")
    x = relu(layers.Conv2D(8, 3, padding="same")(images))
    for _ in range(3):
        x = x + relu(layers.Conv2D(8, 3, padding="same")(x))
    return randomised(keras.Model(images, layers.Dense(2)(layers.GlobalMaxPooling2D()(x))))


def headless() -> keras.Model:
    """A trunk alone; nothing reads its last map."""
    images = keras.Input((32, 32, 3))
    x = layers.SeparableConv2D(8, 3, strides=2, name="low")(images)
    x = layers.Concatenate(name="both")([layers.Conv2D(4, 1)(x), layers.Conv2D(6, 1)(x)])
    return randomised(keras.Model(images, layers.DepthwiseConv2D(3, depth_multiplier=2, name="high")(x)))


MODELS: Mapping[str, Callable[[], keras.Model]] = {
    function.__name__: function for function in (guide, chain, sums, headless)
}


def randomised(model: keras.Model, seed: int = 3) -> keras.Model:
    """Gives every weight a value that shows: norms too, which start as if they were not there."""
    draw = np.random.default_rng(seed)
    for layer in model._flatten_layers():
        for variable in layer._trainable_variables + layer._non_trainable_variables:
            if "float" not in str(variable.dtype):
                continue
            fan_in = max(1, int(np.prod(variable.shape[:-1])))
            is_kernel = len(variable.shape) > 1
            values = (
                draw.normal(0, fan_in**-0.5, variable.shape)
                if is_kernel
                else draw.uniform(0.5, 1.5, variable.shape)
            )
            variable.assign(values)
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()
    return model


def pictures(size: int, count: int = 2) -> np.ndarray:
    """float32 [count, size, size, 3] in 0..255."""
    return np.random.default_rng(5).uniform(0, 255, (count, size, size, 3)).astype(np.float32)


def repacked(path: Path, members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    """A copy of an archive with some members replaced or added."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()} | dict(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    copy = path.with_name("repacked.keras")
    copy.write_bytes(buffer.getvalue())
    return copy
