"""Under which splits a model was trained: beside it, for whoever wants to compare it with another.

A model of other splits may have learnt from the pictures that the other one is tested on.
"""

import os

import tensorflow as tf

from components.backbone.pushed import EXTRA

_FILE = f"{EXTRA}/splits.txt"


def write_splits(model: str, way: str) -> None:
    """Notes it.

    Args:
        model: folder of a SavedModel.
        way: see `DataConfig.way_of_splitting`.
    """
    path = os.path.join(model, _FILE)
    tf.io.gfile.makedirs(os.path.dirname(path))
    with tf.io.gfile.GFile(path, "w") as file:
        file.write(way)


def read_splits(model: str) -> str | None:
    """What was noted; `None` for models that were exported before anybody did."""
    path = os.path.join(model, _FILE)
    if not tf.io.gfile.exists(path):
        return None
    return str(tf.io.gfile.GFile(path).read())
