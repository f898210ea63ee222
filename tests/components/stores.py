"""Small feature stores for tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.feature_store import FEATURES_PREFIX, encode

Record = tuple[bytes, int, np.ndarray]


def write_shards(
    folder: Path,
    shards: Sequence[Sequence[Record]],
    prefix: str = FEATURES_PREFIX,
    weights: Mapping[bytes, float] | None = None,
) -> list[str]:
    """Writes each shard as one file; returns their paths. `weights` are by id, 1 for those left out."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, records in enumerate(shards):
        path = str(folder / f"{prefix}-{number:05d}-of-{len(shards):05d}")
        with tf.io.TFRecordWriter(path) as writer:
            for image_id, label, array in records:
                writer.write(encode(image_id, label, (weights or {}).get(image_id, 1.0), array))
        paths.append(path)
    return paths


def records_of(labels: Sequence[int], views: int, width: int = 2, seed: int = 1) -> list[Record]:
    """A record a label. Element 0 of each array is the record's place, element 1 the view; noise after."""
    noise = np.random.default_rng(seed).normal(size=(len(labels), views, width))
    noise[:, :, 0] = np.arange(len(labels))[:, None]
    noise[:, :, 1] = np.arange(views)
    arrays = noise.astype(np.float16)
    return [(b"%03d" % place, label, arrays[place]) for place, label in enumerate(labels)]
