"""Work dealt out to Beam's workers: some hundred files of lines, one a handful.

Beam's own `Create` pickles and compresses all its elements into the graph, and its shuffle deals them out by
chance. Here each worker opens the handfuls that fall to it, and the same rows are always in the same one.
"""

import os
import zlib
from collections.abc import Iterable, Iterator

import apache_beam as beam
import tensorflow as tf

_HANDFULS = 256


def deal(lines: Iterable[tuple[str, str]], folder: str) -> list[str]:
    """Writes lines into handfuls.

    Args:
        lines: a name, which alone decides on the handful, and one line of text without a line break.
        folder: for the files; is made.

    Returns:
        The files that hold something.
    """
    handfuls: dict[int, list[str]] = {}
    for name, line in lines:
        number = zlib.crc32(name.encode("utf-8", "surrogateescape")) % _HANDFULS
        handfuls.setdefault(number, []).append(line)
    tf.io.gfile.makedirs(folder)
    paths = []
    for number, members in sorted(handfuls.items()):
        paths.append(os.path.join(folder, f"{number:03}"))
        with tf.io.gfile.GFile(paths[-1], "w") as file:
            file.write("".join(f"{line}\n" for line in members))
    return paths


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
