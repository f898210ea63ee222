"""Folders that are split already keep their splits, however they are spelt."""

from collections import Counter
from pathlib import Path

import pytest

from tests.components.example_gen.sources.makers import folders, message, rows_of


def split(root: Path, *names: str, count: int = 2) -> Path:
    for name in names:
        folders(root / name, cat=count, dog=count)
    return root


@pytest.mark.parametrize(
    ("train", "evaluation", "test"),
    [
        ("train", "val", "test"),
        ("training", "validation", "testing"),
        ("Train", "Valid", "TEST"),
        ("TRAIN", "dev", "Test"),
        ("train", "eval", "test"),
    ],
)
def test_spellings(tmp_path: Path, train: str, evaluation: str, test: str) -> None:
    rows = rows_of(split(tmp_path, train, evaluation, test))
    assert Counter(row.split for row in rows) == {"train": 4, "eval": 4, "test": 4}
    assert {row.path.split("/")[0]: row.split for row in rows} == {
        train: "train",
        evaluation: "eval",
        test: "test",
    }
    assert rows[0].path == f"{train}/cat/0.jpg" == rows[0].place.file
    assert {row.label for row in rows} == {"cat", "dog"}


def test_one_picture_a_class_is_enough(tmp_path: Path) -> None:
    assert len(rows_of(split(tmp_path, "train", "val", count=1))) == 4


def test_given_splits_ignored(tmp_path: Path) -> None:
    rows = rows_of(split(tmp_path, "train", "val"), split={"given": "ignore"})
    assert {row.split for row in rows} == {None}


def test_ignored_splits_need_files_for_three(tmp_path: Path) -> None:
    text = message(split(tmp_path, "train", "val", count=1), split={"given": "ignore"})
    assert "class `cat`" in text
    assert "fewer than the 3 splits" in text


def test_class_folders_when_asked(tmp_path: Path) -> None:
    rows = rows_of(split(tmp_path, "train", "val"), source="class_folders")
    assert {row.label for row in rows} == {"train", "val"}


def test_train_and_other_classes_are_classes(tmp_path: Path) -> None:
    assert {row.label for row in rows_of(folders(tmp_path, train=3, bus=3))} == {"train", "bus"}
    assert {row.split for row in rows_of(tmp_path)} == {None}


def test_class_without_eval_pictures(tmp_path: Path) -> None:
    split(tmp_path, "train", "val")
    folders(tmp_path / "val", owl=0)
    folders(tmp_path / "train", owl=1)
    assert Counter((row.label, row.split) for row in rows_of(tmp_path))["owl", "train"] == 1


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (("notes",), ("notes` is no split", "Move it out")),
        (("training",), ("holds `train` and `training`, both of them train",)),
    ],
)
def test_folder_too_many(tmp_path: Path, others: tuple[str, ...], words: tuple[str, ...]) -> None:
    text = message(split(tmp_path, "train", "val", *others))
    assert all(word in text for word in words), text


def test_no_train(tmp_path: Path) -> None:
    assert "no folder `train`" in message(split(tmp_path, "test", "val"), source="split_folders")


def test_split_without_classes(tmp_path: Path) -> None:
    split(tmp_path, "train")
    (tmp_path / "val").mkdir()
    assert "val` holds no class folders" in message(tmp_path)


@pytest.mark.parametrize("link", ["val", "train/owl"])
def test_link_out_is_not_walked(tmp_path: Path, link: str) -> None:
    root = split(tmp_path / "data", "train")
    if link != "val":
        split(root, "val")
    outside = folders(tmp_path / "outside", cat=1, dog=1)
    (root / link).symlink_to(outside)
    assert f"`{root / link}` leads out of the data folder, to `{outside.resolve()}`" in message(root)


def test_empty_class_in_train(tmp_path: Path) -> None:
    folders(split(tmp_path, "train", "val") / "train", owl=0)
    assert "train/owl` is empty" in message(tmp_path)


def test_no_such_folder(tmp_path: Path) -> None:
    assert "no such folder" in message(tmp_path / "none", source="split_folders")
