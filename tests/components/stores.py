"""Small feature stores for tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from components.array_file import ArrayWriter
from components.feature_store import FEATURES_PREFIX, array_file_name, write_members

Record = tuple[bytes, int, np.ndarray]
"""A picture's id, its label's index, and its views, [views, ...]."""


def write_shards(
    folder: Path,
    shards: Sequence[Sequence[Record]],
    prefix: str = FEATURES_PREFIX,
    weights: Mapping[bytes, float] | None = None,
) -> list[str]:
    """Writes each view of each shard as one file, and the table of members beside them.

    Returns:
        Paths of the array files. `weights` are by id, 1 for those left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    records = [record for shard in shards for record in shard]
    write_members(str(folder), [(name, label, (weights or {}).get(name, 1.0)) for name, label, _ in records])
    paths = []
    for number, shard in enumerate(shards):
        ids = [image_id for image_id, _, _ in shard]
        by_view = zip(*(array for _, _, array in shard), strict=True)
        for view, arrays in enumerate(map(np.stack, by_view)):
            path = str(folder / array_file_name(prefix, view, f"{number:05d}"))
            writer = ArrayWriter(path, arrays.dtype.name, arrays.shape[1:])
            writer.append(ids, arrays)
            writer.close()
            paths.append(path)
    return paths


def records_of(labels: Sequence[int], views: int, width: int = 2, seed: int = 1) -> list[Record]:
    """A record a label. Element 0 of each array is the record's place, element 1 the view; noise after."""
    noise = np.random.default_rng(seed).normal(size=(len(labels), views, width))
    noise[:, :, 0] = np.arange(len(labels))[:, None]
    noise[:, :, 1] = np.arange(views)
    arrays = noise.astype(np.float16)
    return [(b"%03d" % place, label, arrays[place]) for place, label in enumerate(labels)]
