"""Held-out episodes, played by an exported policy through the signature that serves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from components import features
from components.evaluator.returns.episodes import Episode

_BATCH = 32
Answer = Callable[[Sequence[bytes]], Mapping[str, np.ndarray]]
"""Encoded pictures to the outputs of `serving_default`."""
Reward = Callable[[Sequence[str], Mapping[str, np.ndarray]], np.ndarray]
"""The pictures' classes and what was answered to them, to float64 [pictures], what that earned."""


def load_served(model: str) -> Answer:
    """An exported model that answers; `model` is its folder."""
    loaded = tf.saved_model.load(model)
    signature = loaded.signatures["serving_default"]

    def answer(contents: Sequence[bytes]) -> Mapping[str, np.ndarray]:
        outputs = signature(image_bytes=tf.constant(contents, tf.string))
        return {name: value.numpy() for name, value in outputs.items()}

    answer.keeps = loaded  # type: ignore[attr-defined]  # a signature alone lets its variables go
    return answer


def play_pictures(
    served: Answer, files: Sequence[str], columns: Sequence[str], reward: Reward
) -> list[Episode]:
    """An episode for each picture of some files, in their order.

    Args:
        served: the policy.
        files: TFRecords of ImageExampleGen.
        columns: of the data, that slices are made of.
        reward: what answers earn.
    """
    return [
        episode
        for batch in read_batches(files, columns)
        for episode in _episodes(batch, columns, served(batch[features.IMAGE]), reward)
    ]


def read_batches(files: Sequence[str], columns: Sequence[str]) -> Iterator[dict[str, list[Any]]]:
    """Pictures with their paths, classes and columns, some at a time."""
    names = {features.IMAGE, features.PATH, features.LABEL, *columns}
    spec = {name: tf.io.FixedLenFeature([], tf.string, "") for name in sorted(names)}
    for records in tf.data.TFRecordDataset(sorted(files)).batch(_BATCH):
        parsed = {name: value.numpy().tolist() for name, value in tf.io.parse_example(records, spec).items()}
        pictures = parsed.pop(features.IMAGE)
        yield {
            **{name: [text.decode() for text in texts] for name, texts in parsed.items()},
            features.IMAGE: pictures,
        }


def _episodes(
    batch: Mapping[str, list[Any]], columns: Sequence[str], answers: Mapping[str, np.ndarray], reward: Reward
) -> Iterator[Episode]:
    earned = reward(batch[features.LABEL], answers).tolist()
    looks = answers.get("looks", np.ones(len(earned), np.int64)).tolist()
    for row, (path, label) in enumerate(zip(batch[features.PATH], batch[features.LABEL], strict=True)):
        places = answers["places"][row, : looks[row]].tolist() if "places" in answers else []
        yield Episode(
            path=path,
            label=label,
            columns={column: batch[column][row] for column in columns},
            action=answers["label"][row].decode(),
            probability=float(answers["probability"][row]),
            reward=earned[row],
            steps=looks[row],
            places=tuple((column, line) for column, line in places),
        )
