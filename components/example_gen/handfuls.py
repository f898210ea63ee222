"""Work dealt out to Beam's workers: some hundred files of lines, one a handful.

Beam's own `Create` pickles and compresses all its elements into the graph, and its shuffle deals them out by
chance. Here each worker opens the handfuls that fall to it, and the same rows are always in the same one.
"""

import contextlib
import os
import zlib
from collections.abc import Iterable, Iterator

import apache_beam as beam
import tensorflow as tf

_HANDFULS = 256


def deal(lines: Iterable[tuple[str, str]], folder: str) -> list[str]:
    """Writes lines into handfuls, each as it comes, so that they are never all in memory.

    Args:
        lines: a name, which alone decides on the handful, and one line of text without a line break.
        folder: for the files; is made.

    Returns:
        The files that hold something.
    """
    tf.io.gfile.makedirs(folder)
    handfuls: dict[int, tf.io.gfile.GFile] = {}
    with contextlib.ExitStack() as opened:
        for name, line in lines:
            number = zlib.crc32(name.encode("utf-8", "surrogateescape")) % _HANDFULS
            if number not in handfuls:
                file = tf.io.gfile.GFile(os.path.join(folder, f"{number:03}"), "w")
                handfuls[number] = opened.enter_context(file)
            handfuls[number].write(f"{line}\n")
    return [file.name for _, file in sorted(handfuls.items())]


def read(path: str) -> Iterator[str]:
    """The lines of one handful, in the order in which they were dealt."""
    with tf.io.gfile.GFile(path) as file:
        for line in file:
            yield line.rstrip("\n")


def spread(pipeline: beam.Pipeline, paths: list[str]) -> beam.PCollection:
    """The paths, spread over the workers: grouping by themselves does so in an order without chance."""
    return (
        pipeline
        | "Handfuls" >> beam.Create([(path, path) for path in paths], reshuffle=False)
        | "Spread" >> beam.GroupByKey()
        | "Paths" >> beam.Keys()
    )
