"""Policies that are told the answer by the picture's bytes, and the records with such pictures."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tfx.types import Artifact, standard_artifacts

from components import features
from components.evaluator.returns.playing import Answer as Answering
from components.served import Served, graph
from pipeline.settings.environment import ASK
from tests.components.evaluator.told import artifact
from tests.components.example_gen.sources.makers import example

Row = tuple[str, str, str]
"""A picture's class, its site, its words."""
CLASSES = ("cat", "dog")
CANDIDATE, BASELINE, CLASSIFIER, LOOKS = range(4)
ROWS: list[Row] = [
    # class, site, the words: what each of them answers, how often it looks, how sure all of them are
    ("cat", "north", "cat|cat|cat|1|0.9"),
    ("cat", "north", "dog|cat|cat|2|0.8"),
    ("dog", "south", "dog|cat|dog|3|0.7"),
    ("dog", "south", f"{ASK}|dog|cat|1|0.6"),
    ("dog", "south", f"cat|{ASK}|dog|2|0.55"),
]


class Told(Served):
    """Answers what word number `column` of a picture says, as sure as its last word says."""

    def __init__(self, labels: Sequence[str], column: int, looks: int | None = None) -> None:
        super().__init__(list(labels))
        self._column, self._looks = column, looks

    @graph(tf.TensorSpec([None], tf.string, name="image_bytes"))
    def serving_default(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        words = tf.strings.split(image_bytes, "|").to_tensor()
        is_best = tf.cast(words[:, self._column, None] == self.labels[None], tf.float32)
        sure = tf.strings.to_number(words[:, -1])[:, None]
        others = (1 - sure) / (self.labels.shape[0] - 1)
        answered = self.answered(is_best * sure + (1 - is_best) * others)
        told = {**answered, "action": tf.argmax(answered["probabilities"], axis=1)}
        if self._looks is None:
            return told
        looks = tf.strings.to_number(words[:, self._looks], tf.int64)
        places = tf.tile(tf.constant([[[2, 2], [1, 2], [1, 3]]], tf.int64), (tf.size(looks), 1, 1))
        return {**told, "looks": looks, "places": places}


def pushed(
    folder: Path, labels: Sequence[str], column: int, looks: int | None = None, number: int = 3
) -> Artifact:
    """The artifact of such a policy."""
    Told(labels, column, looks).save(str(folder / "Format-Serving"))
    return artifact(standard_artifacts.Model, folder, number)


def write_split(folder: Path, shards: Iterable[Sequence[Row]]) -> list[str]:
    """Files of records, one a shard; a path is its shard's number, and its own."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for shard, rows in enumerate(shards):
        files.append(str(folder / f"data-{shard}"))
        with tf.io.TFRecordWriter(files[-1]) as writer:
            for number, (label, site, words) in enumerate(rows):
                values: Mapping[str, object] = {
                    features.IMAGE: words.encode(),
                    features.LABEL: label,
                    features.PATH: f"{shard}/{number}.jpg",
                    "site": site,
                }
                writer.write(example(values))
    return files


def served_of(labels: Sequence[str], column: int, looks: int | None = None) -> Answering:
    """As `load_served` hands it over, without a file."""
    told = Told(labels, column, looks)

    def answer(contents: Sequence[bytes]) -> Mapping[str, np.ndarray]:
        answers = told.serving_default(tf.constant(contents, tf.string))
        return {name: value.numpy() for name, value in answers.items()}

    return answer
