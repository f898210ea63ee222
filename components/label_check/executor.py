"""The work of LabelCheck: doubts about every label, from answers of models that did not learn from it."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import tensorflow as tf
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components import features
from components.answers import read_answers
from components.feature_store import FEATURES_PREFIX, open_store, read_members
from components.label_check.look import look_at_suspects
from components.label_check.noise import Doubts, doubt
from components.label_check.out_of_fold import fold_of, out_of_fold
from components.label_check.suspects import Label, write_labels
from components.served import read_labels

_FEWEST = 4
"""Pictures of a class in the other folds, from which it can be told from the others."""
_TINY = 1e-30


@dataclass(frozen=True)
class Answered:
    """What models say of some pictures without having learnt from their labels.

    Attributes:
        logits: float64 [pictures, classes].
        rows: a picture's row, by its id.
        can_tell: bool [pictures], whether they have learnt enough of the class that a picture bears.
    """

    logits: np.ndarray
    rows: Mapping[str, int]
    can_tell: np.ndarray


class LabelCheckExecutor(base_executor.BaseExecutor):
    """Writes `suspects`, and where the model looks in the first of them."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Asks folds of each other for train and eval, and the model itself for test."""
        model = path_utils.serving_model_path(artifact_utils.get_single_uri(input_dict["model"]))
        examples, names = artifact_utils.get_single_instance(input_dict["examples"]), read_labels(model)
        pictures = list(_pictures(examples))
        kin = {each.image_id: each.kin(exec_properties["group"]) for each in pictures}
        store, folds = artifact_utils.get_single_instance(input_dict["features"]), exec_properties["folds"]
        trained = _by_folds(store, kin, folds, names)
        tested = _by_the_model(artifact_utils.get_single_uri(input_dict["evaluation"]), names)
        labels = ranked(
            [
                *judged([each for each in pictures if each.label.split != features.TEST], trained, names),
                *judged([each for each in pictures if each.label.split == features.TEST], tested, names),
            ]
        )
        folder = artifact_utils.get_single_uri(output_dict["suspects"])
        write_labels(labels, folder)
        look_at_suspects(labels, model, examples, folder)


@dataclass(frozen=True)
class Picture:
    """One example: its id, and its label, which nobody has judged yet."""

    image_id: str
    label: Label

    def kin(self, group: str) -> str:
        """Its group, if the data have groups; else its id."""
        return self.label.columns.get(group) or self.image_id


def _pictures(examples: types.Artifact) -> Iterator[Picture]:
    """All of them; only the text of an example is kept."""
    for split in features.SPLITS:
        files = sorted(tf.io.gfile.glob(os.path.join(artifact_utils.get_split_uri([examples], split), "*")))
        for record in tf.data.TFRecordDataset(files).as_numpy_iterator():
            values = tf.train.Example.FromString(record).features.feature
            texts = {
                name: value.bytes_list.value[0].decode(errors="surrogateescape")
                for name, value in values.items()
                if value.bytes_list.value and name != features.IMAGE
            }
            columns = {name: text for name, text in texts.items() if name not in features.RAW_FEATURES}
            weight = values[features.WEIGHT].float_list.value[0]
            label = Label(texts[features.PATH], texts[features.LABEL], split, weight, columns=columns)
            yield Picture(texts[features.IMAGE_ID], label)


def _by_folds(store: types.Artifact, kin: Mapping[str, str], folds: int, names: list[str]) -> Answered:
    """Train and eval, from the cached features of the frozen trunk."""
    folders = [artifact_utils.get_split_uri([store], split) for split in (features.TRAIN, features.EVAL)]
    stores = [open_store(folder, FEATURES_PREFIX) for folder in folders]
    ids = [[each.decode() for each in read_members(folder)["image_id"].tolist()] for folder in folders]
    held = [np.array([fold_of(kin[each], folds) for each in some]) for some in ids]
    scores = out_of_fold(stores, held, len(names))
    given = np.concatenate([each.labels for each in stores])
    known = given >= 0
    chosen = min(scores.values(), key=lambda each: doubt(each[known], given[known]).loss)
    every = [each for some in ids for each in some]
    can_tell = told_apart(given, np.concatenate([each.weights for each in stores]), np.concatenate(held))
    return Answered(chosen, {image_id: row for row, image_id in enumerate(every)}, can_tell)


def told_apart(labels: np.ndarray, weights: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Whether the other folds hold some pictures that count of each picture's class: bool [pictures]."""
    counts = np.zeros((labels.max(initial=0) + 1, folds.max(initial=0) + 1), np.int64)
    counting = (labels >= 0) & (weights > 0)
    np.add.at(counts, (labels[counting], folds[counting]), 1)
    elsewhere = counts[labels].sum(axis=1) - counts[labels, folds]
    return np.asarray((labels >= 0) & (elsewhere >= _FEWEST))


def _by_the_model(evaluation: str, names: list[str]) -> Answered:
    """Test, which the model never saw."""
    answers = read_answers(evaluation, names)
    logits = np.log(np.maximum(answers.probabilities.astype(np.float64), _TINY))
    everywhere = np.ones(len(logits), bool)
    return Answered(logits, {image_id: row for row, image_id in enumerate(answers.ids.tolist())}, everywhere)


def judged(pictures: list[Picture], answered: Answered, names: list[str]) -> list[Label]:
    """The labels of the pictures, those judged that can be; a suspect's rank is 1 for now."""
    places = {name: place for place, name in enumerate(names)}
    classes = np.array([places.get(each.label.label, -1) for each in pictures], np.int64)
    every = np.array([answered.rows[each.image_id] for each in pictures], np.int64)
    is_judged = (classes >= 0) & answered.can_tell[every] & (len(names) > 1)
    chosen = np.flatnonzero(is_judged)
    rows = every[chosen]
    doubts = doubt(answered.logits[rows], classes[chosen])
    labels = [each.label for each in pictures]
    suspects = set(_surest(doubts, [labels[place].path for place in chosen]))
    for number, place in enumerate(chosen.tolist()):
        labels[place] = replace(
            labels[place],
            wrong=float(doubts.wrong[number]),
            suggested=names[doubts.suggested[number]],
            rank=int(number in suspects),
        )
    return labels


def _surest(doubts: Doubts, paths: list[str]) -> list[int]:
    """As many as are thought to be wrong; of equal ones those whose path comes first."""
    order = sorted(range(len(paths)), key=lambda number: (-doubts.wrong[number], paths[number]))
    return order[: doubts.count]


def ranked(labels: list[Label]) -> list[Label]:
    """The suspects of all splits in one order."""
    suspects = sorted(
        (label for label in labels if label.rank), key=lambda label: (-(label.wrong or 0), label.path)
    )
    others = [label for label in labels if not label.rank]
    return [*(replace(label, rank=rank) for rank, label in enumerate(suspects, 1)), *others]
