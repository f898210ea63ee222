"""Transform: the deterministic graph that training and serving share.

In: examples and schema. Out: a transform graph that decodes and resizes a picture and turns a class
name into its index. Nothing random belongs here: what this graph holds is served. Pixels are never
written out (`materialize=False`); a decoded picture is forty times its JPEG.
"""

from typing import Any

import tensorflow as tf
import tensorflow_transform as tft
from tfx import types
from tfx.components import Transform
from tfx.proto import transform_pb2

from components import features
from components.backbone import choose_backbone
from pipeline.settings.backbone import BackboneConfig


def preprocessing_fn(inputs: dict[str, tf.Tensor], custom_config: dict[str, Any]) -> dict[str, tf.Tensor]:
    """TFX's hook.

    Args:
        inputs: `image`, string [batch]; `label`, string [batch, 1]; others are not used.
        custom_config: `size`, pixels, the side of the square that the backbone takes.

    Returns:
        `image_xf` float32 [batch, size, size, 3] in 0..255, `label_xf` int64 [batch].
    """
    size = int(custom_config["size"])
    label = tf.reshape(inputs[features.LABEL], [-1])
    return {
        features.IMAGE_XF: decode_images(inputs[features.IMAGE], size),
        features.LABEL_XF: tft.compute_and_apply_vocabulary(label, vocab_filename=features.LABEL_VOCABULARY),
    }


def decode_images(contents: tf.Tensor, size: int) -> tf.Tensor:
    """Decodes and resizes pictures.

    Args:
        contents: encoded pictures, string [batch].
        size: side of the result, pixels. The whole picture is kept; its aspect is not.

    Returns:
        float32 [batch, size, size, 3] in 0..255.

    Raises:
        tf.errors.InvalidArgumentError: a picture cannot be decoded.
    """

    def decode(content: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_image(content, channels=3, expand_animations=False)
        # Antialiasing: without it a photo shrunk from 4,000 pixels is a sample of its noise.
        resized = tf.image.resize(image, (size, size), antialias=True)
        return tf.ensure_shape(resized, (size, size, 3))

    images = tf.map_fn(decode, contents, fn_output_signature=tf.float32, parallel_iterations=8)
    return tf.reshape(images, (-1, size, size, 3))  # an empty batch has a shape, too


def build(examples: types.Channel, schema: types.Channel, config: BackboneConfig) -> Transform:
    """The node of this room."""
    return Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn=f"{__name__}.preprocessing_fn",
        custom_config={"size": choose_backbone(config).size},
        splits_config=transform_pb2.SplitsConfig(analyze=[features.TRAIN], transform=[]),
        materialize=False,
        disable_statistics=True,
    )
