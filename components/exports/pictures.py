"""Some pictures of a split, taken from all over it."""

import math
import os
from collections.abc import Iterator

import tensorflow as tf
from tfx import types
from tfx.types import artifact_utils

from components import features


class SomePictures:
    """Every so many-th picture: what was written one after the other is often alike.

    Attributes:
        count: how many they are.
    """

    def __init__(self, examples: types.Artifact, split: str, wanted: int) -> None:
        """
        Args:
            examples: of all splits.
            split: whose pictures are taken.
            wanted: the most to take.
        """
        folder = artifact_utils.get_split_uri([examples], split)
        self._files = sorted(tf.io.gfile.glob(os.path.join(folder, "*")))
        there = sum(features.get_counts(examples)[split].values())
        self._stride = max(math.ceil(there / wanted), 1)
        self.count = math.ceil(there / self._stride)

    def batches(self, size: int) -> Iterator[list[bytes]]:
        """Yields encoded pictures, at most `size` at a time, in the order of the records."""
        known = {features.IMAGE: tf.io.FixedLenFeature([], tf.string)}
        records = tf.data.TFRecordDataset(self._files, num_parallel_reads=1).shard(self._stride, 0)
        for serialized in records.batch(size):
            yield tf.io.parse_example(serialized, known)[features.IMAGE].numpy().tolist()
