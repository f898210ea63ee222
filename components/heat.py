"""Where the model looks in some pictures: Grad-CAM, by its own signature `explain`.

Evaluator asks of its mistakes, LabelCheck of the labels that look wrong.
"""

from collections.abc import Collection, Sequence

import numpy as np
import tensorflow as tf

from components import features

_SIGNATURE = "explain"
_BATCH = 32


def heat_of(model: str, files: Sequence[str], paths: Collection[str]) -> dict[str, np.ndarray]:
    """Asks the model where it looks.

    Args:
        model: folder of the SavedModel; one without the signature looks nowhere.
        files: TFRecords of pictures, gzipped where their names say so.
        paths: of those to ask about.

    Returns:
        By path: float32 [height, width], 0 to 1, on the grid of the model's feature map.
    """
    signatures = tf.saved_model.load(model).signatures if paths else {}
    if _SIGNATURE not in signatures:
        return {}
    pictures = _pictures(files, frozenset(paths))
    heat: dict[str, np.ndarray] = {}
    for start in range(0, len(pictures), _BATCH):
        some = dict(list(pictures.items())[start : start + _BATCH])
        maps = signatures[_SIGNATURE](image_bytes=tf.constant(list(some.values())))["heat"].numpy()
        heat.update(zip(some, maps, strict=True))
    return heat


def _pictures(files: Sequence[str], paths: frozenset[str]) -> dict[str, bytes]:
    """Encoded pictures by path; all records are read only where some path is in none."""
    found: dict[str, bytes] = {}
    for file in files:
        compression = "GZIP" if file.endswith(".gz") else ""
        for record in tf.data.TFRecordDataset(file, compression).as_numpy_iterator():
            example = tf.train.Example.FromString(record).features.feature
            path = example[features.PATH].bytes_list.value[0].decode(errors="replace")
            if path in paths:
                found[path] = example[features.IMAGE].bytes_list.value[0]
            if len(found) == len(paths):
                return found
    return found
