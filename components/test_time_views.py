"""Views beside the plain one that a trained model looks at: no chance in them, so that they can be served.

Synopsis:
    turned = view(images, "half_turn")
"""

import tensorflow as tf

_HEIGHT, _WIDTH = 1, 2
_REVERSED = {
    "horizontal_flip": [_WIDTH],
    "vertical_flip": [_HEIGHT],
    "half_turn": [_HEIGHT, _WIDTH],
    "transpose": [],
    "left_turn": [_WIDTH],
    "right_turn": [_HEIGHT],
    "anti_transpose": [_HEIGHT, _WIDTH],
}
_TRANSPOSED = ("transpose", "left_turn", "right_turn", "anti_transpose")
"""Rows become columns, after the reversal."""


def view(images: tf.Tensor, name: str) -> tf.Tensor:
    """Shows every picture in another way.

    Args:
        images: float32 [batch, height, width, channels]; square where rows become columns.
        name: a `TestTimeView` of the config.

    Returns:
        float32, the shape of `images`.

    Raises:
        KeyError: there is no such view.
    """
    return _transposed(_reversed(images, name), name)


def turned_back(images: tf.Tensor, name: str) -> tf.Tensor:
    """Undoes `view`."""
    return _reversed(_transposed(images, name), name)


def _reversed(images: tf.Tensor, name: str) -> tf.Tensor:
    # TFLite's interpreter crashes where no axis is reversed.
    return tf.reverse(images, _REVERSED[name]) if _REVERSED[name] else images


def _transposed(images: tf.Tensor, name: str) -> tf.Tensor:
    return tf.transpose(images, (0, _WIDTH, _HEIGHT, 3)) if name in _TRANSPOSED else images
