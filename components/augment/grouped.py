"""Different work for different pictures of one batch: each kind of work is done once, for its pictures."""

from collections.abc import Callable, Sequence

import tensorflow as tf


def grouped(ways: Sequence[Callable[..., tf.Tensor]], choice: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
    """Applies `ways[choice[i]]` to picture i.

    Args:
        ways: each takes the rows of `tensors` that chose it, and returns as many of the first's shape.
        choice: int32 [batch].
        tensors: [batch, ...], the pictures first.

    Returns:
        The pictures, in their order.
    """
    rows = tf.dynamic_partition(tf.range(tf.shape(choice)[0]), choice, len(ways))
    by_tensor = [tf.dynamic_partition(tensor, choice, len(ways)) for tensor in tensors]
    done = []
    for way, parts in zip(ways, zip(*by_tensor, strict=True), strict=True):
        # Not every operation takes an empty batch.
        is_used = tf.shape(parts[0])[0] > 0
        done.append(tf.cond(is_used, lambda way=way, parts=parts: way(*parts), lambda parts=parts: parts[0]))
    return tf.dynamic_stitch(rows, done)
