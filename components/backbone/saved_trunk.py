"""A SavedModel inside of a Keras model, frozen."""

from typing import Any

import keras
from keras import layers

from components.backbone.scaling import Pixels, scaled


class SavedTrunk(layers.TFSMLayer):
    """Keras copies no such layer by itself, for it may come from a file; ours comes from the config."""

    @classmethod
    def from_config(cls, config: dict[str, Any], **_: Any) -> "SavedTrunk":
        """Loads the SavedModel once more; its graph takes float32, whatever the layers around it do."""
        return cls(**{**config, "dtype": "float32"})


def build_saved_trunk(
    path: str, signature: str, size: int, shape: tuple[int | None, ...], pixels: Pixels, name: str
) -> keras.Model:
    """Wraps a SavedModel as a trunk.

    Args:
        path: of its folder.
        signature: its name.
        size: side of the pictures, pixels.
        shape: of one picture's features.
        pixels: what it expects.
        name: of the layer that makes the feature map.

    Returns:
        images float32 [batch, size, size, 3] in 0..255 -> feature map; of features without places,
        [batch, 1, 1, channels].
    """
    images = keras.Input((size, size, 3), name="images")
    saved = SavedTrunk(path, call_endpoint=signature, trainable=False, name="saved_model", dtype="float32")
    (features,) = keras.tree.flatten(saved(scaled(images, pixels)))
    if len(shape) == 1:
        return keras.Model(images, layers.Reshape((1, 1, *shape), name=name)(features), name="trunk")
    return keras.Model(images, layers.Identity(name=name)(features), name="trunk")
