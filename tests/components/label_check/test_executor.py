"""Who is judged, by whom, and in which order: rare and unknown classes are not, copies are judged alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from components.label_check.executor import Answered, Picture, judged, ranked, told_apart
from components.label_check.suspects import Label, suspects_of

NAMES = ["cat", "dog", "hen"]


def _pictures(labels: Sequence[str], split: str = "train") -> list[Picture]:
    return [
        Picture(f"{split}{number}", Label(f"{split}/{number:03}.jpg", label, split))
        for number, label in enumerate(labels)
    ]


def _answered(pictures: Sequence[Picture], truth: Sequence[str], rare: str = "") -> Answered:
    """Answers that are sure, and right; of a `rare` class nothing was learnt."""
    logits = 9.0 * np.eye(len(NAMES))[[NAMES.index(name) for name in truth]]
    can_tell = np.array([each.label.label != rare for each in pictures], bool)
    return Answered(logits, {each.image_id: row for row, each in enumerate(pictures)}, can_tell)


def _judged(labels: list[str], truth: list[str], rare: str = "", names: list[str] = NAMES) -> list[Label]:
    pictures = _pictures(labels)
    return judged(pictures, _answered(pictures, truth, rare), names)


def test_wrong_labels_are_named_with_what_they_look_like() -> None:
    truth = ["cat", "dog", "hen"] * 20
    labels = truth.copy()
    labels[4], labels[9] = "hen", "dog"
    found = suspects_of(ranked(_judged(labels, truth)))
    assert [(each.path, each.label, each.suggested) for each in found] == [
        ("train/004.jpg", "hen", "dog"),
        ("train/009.jpg", "dog", "cat"),
    ]
    assert [each.rank for each in found] == [1, 2]


@pytest.mark.parametrize("label", ["cow", "hen"])
def test_unknown_and_rare_classes_are_not_judged(label: str) -> None:
    truth = ["cat", "dog"] * 20
    labels = _judged([*truth, label], [*truth, "cat"], rare="hen")
    assert labels[-1] == Label("train/040.jpg", label, "train")
    assert not suspects_of(labels)
    assert all(each.wrong is not None for each in labels[:-1])


def test_a_class_must_be_known_from_other_folds_by_pictures_that_count() -> None:
    labels = np.array([0] * 10 + [1] * 9 + [2] * 10 + [-1] * 5)
    weights = np.ones(len(labels))
    folds = np.arange(len(labels)) % 2
    folds[10:19] = 1  # all of class 1 in one fold: the others never saw it
    weights[19:29] = 0  # class 2 was learnt by nobody
    assert told_apart(labels, weights, folds).tolist() == [True] * 10 + [False] * 24


@pytest.mark.parametrize("labels", [[], ["cat"], ["cat", "dog"], ["cat"] * 7])
def test_few_labels_are_no_reason_to_fail(labels: list[str]) -> None:
    found = _judged(labels, labels)
    assert [each.label for each in found] == labels
    assert not suspects_of(found)


def test_one_class_alone_has_no_other() -> None:
    pictures = _pictures(["cat"] * 3)
    rows = {each.image_id: row for row, each in enumerate(pictures)}
    answered = Answered(np.zeros((3, 1)), rows, np.ones(3, bool))
    assert [each.wrong for each in judged(pictures, answered, ["cat"])] == [None] * 3


def test_ranks_of_all_splits_are_one_order_and_ties_go_by_path() -> None:
    def label(path: str, **thought: Any) -> Label:
        return Label(path, "cat", path.partition("/")[0], **thought)

    labels = [
        label("train/b", wrong=0.5, rank=1),
        label("train/a", wrong=0.4),
        label("test/c", wrong=0.9, rank=1),
        label("eval/d", wrong=0.5, rank=1),
    ]
    assert [each.path for each in suspects_of(ranked(labels))] == ["test/c", "eval/d", "train/b"]


def test_group_binds_pictures_and_without_one_their_bytes_do() -> None:
    picture = Picture("id", Label("a.jpg", "cat", "train", columns={"sender": "7", "site": ""}))
    assert (picture.kin("sender"), picture.kin(""), picture.kin("site")) == ("7", "id", "id")
