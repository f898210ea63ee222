"""What the machine offers: half precision on a GPU, and all of its GPUs where there are several."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf


def resolve_precision(precision: str) -> str:
    """Keras' name of a dtype policy; `auto` is `mixed_float16` on a GPU and `float32` without one."""
    if precision != "auto":
        return precision
    return "mixed_float16" if tf.config.list_physical_devices("GPU") else "float32"


@contextmanager
def computing_in(policy: str, trunk: Iterable[keras.Layer]) -> Iterator[None]:
    """Lets layers compute in another precision inside the `with` block; their weights stay float32.

    A model at rest is float32 throughout, so nothing else has to know: not its export, not its checkpoint.
    """
    layers = list(trunk)
    before = [layer.dtype_policy for layer in layers]
    for layer in layers:
        layer.dtype_policy = policy
    try:
        yield
    finally:
        for layer, own in zip(layers, before, strict=True):
            layer.dtype_policy = own


def replicas() -> tf.distribute.Strategy:
    """One copy of the model on each GPU where there are several, each with its part of every batch.

    Its scope must hold whatever builds, compiles and fits the model.
    """
    several = len(tf.config.list_logical_devices("GPU")) > 1
    return tf.distribute.MirroredStrategy() if several else tf.distribute.get_strategy()
