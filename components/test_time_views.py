"""Views beside the plain one that a trained model looks at: no chance in them, so that they can be served.

Synopsis:
    turned = view(images, "half_turn")
"""

import tensorflow as tf

_HEIGHT, _WIDTH = 1, 2
_REVERSED = {"horizontal_flip": [_WIDTH], "vertical_flip": [_HEIGHT], "half_turn": [_HEIGHT, _WIDTH]}


def view(images: tf.Tensor, name: str) -> tf.Tensor:
    """Shows every picture in another way.

    Args:
        images: float32 [batch, height, width, 3].
        name: a `TestTimeView` of the config.

    Returns:
        float32, the shape of `images`.

    Raises:
        KeyError: there is no such view.
    """
    return tf.reverse(images, _REVERSED[name])
