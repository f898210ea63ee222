"""Where pixels come from: matrices of geometric operations, and the one resampling that carries them out.

Coordinates are -1..1 from the centre, so that a matrix fits every size of picture.
"""

from collections.abc import Sequence
from functools import partial

import tensorflow as tf

from components.augment.grouped import grouped


def affine(
    xx: tf.Tensor,
    xy: tf.Tensor,
    yx: tf.Tensor,
    yy: tf.Tensor,
    x: tf.Tensor | None = None,
    y: tf.Tensor | None = None,
) -> tf.Tensor:
    """float32 [batch, 3, 3] of rows (xx, xy, x), (yx, yy, y), (0, 0, 1); each part float32 [batch]."""
    zero, one = tf.zeros_like(xx), tf.ones_like(xx)
    rows = [xx, xy, zero if x is None else x, yx, yy, zero if y is None else y, zero, zero, one]
    return tf.reshape(tf.stack(rows, axis=1), (-1, 3, 3))


def product(matrices: Sequence[tf.Tensor]) -> tf.Tensor:
    """All of them as one, the first applied first; to the bit whatever else is in the batch.

    Term by term: TensorFlow's own product of small matrices rounds otherwise in batches of odd size.

    Args:
        matrices: float32 [batch, 3, 3], or [3, 3] for the whole batch.
    """
    result = matrices[0]
    for matrix in matrices[1:]:
        terms = [result[..., :, place, None] * matrix[..., None, place, :] for place in range(3)]
        result = terms[0] + terms[1] + terms[2]
    return result


def resample(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """Bilinear; what lies outside of the picture is its mirror image.

    Args:
        images: float32 [batch, height, width, 3].
        matrices: float32 [batch, 3, 3], view coordinates to picture coordinates.

    Returns:
        float32, the shape of `images`.
    """
    height, width = images.shape[1], images.shape[2]
    x, y = (width - 1) / 2, (height - 1) / 2
    to_centre = tf.constant([[1 / x, 0, -1], [0, 1 / y, -1], [0, 0, 1]], tf.float32)
    to_pixels = tf.constant([[x, 0, x], [0, y, y], [0, 0, 1]], tf.float32)
    in_pixels = product([to_pixels, matrices, to_centre])
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.reshape(in_pixels, (-1, 9))[:, :8],
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def mirror(images: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """`resample` for matrices of flips alone, and square pictures: exact, and at an eighth of its cost."""
    moves = matrices[:, :2, :2]
    is_transposed = tf.cast(moves[:, 0, 0] == 0, tf.int32)
    # Of the picture's x and of its y, before rows become columns.
    is_flipped = tf.cast(tf.reduce_sum(moves, axis=2) < 0, tf.int32)
    ways = [
        partial(_laid_down, reversed_axes=axes, rows_and_columns=order)
        for order in ((1, 2), (2, 1))
        for axes in ([], [2], [1], [1, 2])
    ]
    return grouped(ways, is_flipped[:, 0] + 2 * is_flipped[:, 1] + 4 * is_transposed, images)


def _laid_down(images: tf.Tensor, reversed_axes: list[int], rows_and_columns: tuple[int, int]) -> tf.Tensor:
    return tf.transpose(tf.reverse(images, reversed_axes), (0, *rows_and_columns, 3))
