"""The pictures of a run's splits, as plain files: what everybody else starts from.

Synopsis:
    pictures = write_pictures(workspace, Path("plain"))     # plain/train/cat/000017.jpg
    few = some_of_each(pictures, 10, seed=17)
    write_manifest(few, Path("plain/few.csv"))
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.runs import about_data, fresh_workspace, run
from components import features


@dataclass(frozen=True, order=True)
class Picture:
    """One picture of a split.

    Attributes:
        split: `train`, `eval` or `test`.
        label: class.
        path: of its file, below the folder of all.
    """

    split: str
    label: str
    path: str


def read_examples(workspace: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields (split, features by name) of every example that the workspace's ImageExampleGen wrote."""
    import tensorflow as tf  # seconds to import

    for file in sorted(workspace.glob("artifacts/ImageExampleGen/examples/*/Split-*/*")):
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            yield (
                file.parent.name.removeprefix("Split-"),
                tf.train.Example.FromString(record).features.feature,
            )


def write_pictures(workspace: Path, folder: Path) -> list[Picture]:
    """Writes the very bytes that the run's nodes read: `folder/<split>/<class>/<number>.<kind>`.

    Args:
        workspace: one run stands in it.
        folder: made if needed.

    Returns:
        All pictures, sorted; the numbers go by the digest of the bytes, so that they are always the same.
    """
    examples = []
    for split, values in read_examples(workspace):
        content, label = (values[name].bytes_list.value[0] for name in (features.IMAGE, features.LABEL))
        path = values[features.PATH].bytes_list.value[0]
        examples.append((values[features.IMAGE_ID].bytes_list.value[0], path, split, label.decode(), content))
    pictures = []
    for number, (_, _, split, label, content) in enumerate(sorted(examples)):
        kind = "png" if content.startswith(b"\x89PNG") else "jpg"
        picture = Picture(split, label, f"{split}/{label}/{number:06}.{kind}")
        file = folder / picture.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        pictures.append(picture)
    return sorted(pictures)


def some_of_each(pictures: Sequence[Picture], count: int | None, seed: int) -> list[Picture]:
    """At most `count` pictures of each class in train, and as many in eval; test stays whole.

    Args:
        pictures: of all splits, sorted.
        count: None for all.
        seed: of the draw. With the same seed, more pictures contain the fewer.

    Returns:
        Sorted.
    """
    by_class: dict[tuple[str, str], list[Picture]] = defaultdict(list)
    for picture in pictures:
        by_class[picture.split, picture.label].append(picture)
    draws = np.random.default_rng(seed)
    drawn = {}
    for (split, label), members in by_class.items():
        order = draws.permutation(len(members))
        drawn[split, label] = [members[index] for index in order[: None if split == features.TEST else count]]
    return sorted(picture for members in drawn.values() for picture in members)


def write_manifest(pictures: Sequence[Picture], path: Path) -> None:
    """Writes a manifest with split, label and path; the paths start at its folder."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(field.name for field in fields(Picture))
        table.writerows(map(astuple, pictures))


class Plain:
    """The data of a benchmark's options as plain files, written when they are first asked for.

    Attributes:
        folder: holds `<split>/<class>/<picture>`.
    """

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        self.folder = folder
        self._arguments = arguments

    @cached_property
    def pictures(self) -> list[Picture]:
        """All of them, sorted, shared out as a run with the options' settings does it."""
        settings = about_data(self._arguments)["settings"]
        with fresh_workspace() as workspace:
            run(workspace, *settings, data=self._arguments.data, stop="ImageExampleGen")
            return write_pictures(workspace, self.folder)

    @property
    def written(self) -> str:
        """The folder, filled."""
        assert self.pictures
        return str(self.folder)
