"""`window.py` in TensorFlow's graph, for a policy that is served; and the resizing that both share."""

import tensorflow as tf

from components.environments.window import offsets, shares, window_size
from pipeline.settings.environment import GlimpseConfig


def whole_picture(content: tf.Tensor, side: int) -> tf.Tensor:
    """A picture at the window's scale. Its whole is kept; its aspect is not.

    Args:
        content: an encoded picture, string [].
        side: `window.picture_side`.

    Returns:
        uint8 [side, side, 3].

    Raises:
        tf.errors.InvalidArgumentError: it cannot be decoded.
    """
    return resized(tf.io.decode_image(content, channels=3, expand_animations=False), side)


def resized(picture: tf.Tensor, side: int) -> tf.Tensor:
    """uint8 [height, width, 3] of any size -> uint8 [side, side, 3], bilinear with antialiasing."""
    scaled = tf.image.resize(picture, (side, side), antialias=True)
    return tf.ensure_shape(tf.saturate_cast(tf.round(scaled), tf.uint8), (side, side, 3))


def served_window(picture: tf.Tensor, column: tf.Tensor, row: tf.Tensor, config: GlimpseConfig) -> tf.Tensor:
    """What the window shows: `window.window`, to the bit.

    Args:
        picture: uint8 [side, side, 3], its side known when the graph is made.
        column: int32 [], from the left.
        row: int32 [], from the top.
        config: of the environment.

    Returns:
        float32 [size, size, 3], whole numbers in 0..255.
    """
    side = picture.shape[0]
    begin, size = tf.constant(offsets(side, config), tf.int32), window_size(side, config)
    corner = tf.stack([tf.gather(begin, row), tf.gather(begin, column), 0])
    return tf.cast(tf.slice(picture, corner, (size, size, 3)), tf.float32)


def served_numbers(
    column: tf.Tensor, row: tf.Tensor, step: tf.Tensor, visited: tf.Tensor, config: GlimpseConfig
) -> tf.Tensor:
    """What a policy knows besides the window: `window.numbers`, to the bit.

    Args:
        column: int32 [].
        row: int32 [].
        step: int32 [], actions taken so far, 0 to budget.
        visited: bool [positions * positions].
        config: of the environment.

    Returns:
        float32 [3 + positions * positions].
    """
    # From tables: another processor's division would round otherwise.
    along, left = (tf.constant(table) for table in shares(config))
    known = tf.stack([tf.gather(along, column), tf.gather(along, row), tf.gather(left, step)])
    return tf.concat([known, tf.cast(visited, tf.float32)], axis=0)
