"""The baseline: the latest blessed model but for the candidate that it can be held against."""

import logging
import shutil
from pathlib import Path

import pytest
from tfx.types import Artifact, standard_artifacts

from components import progress
from components.latest_blessed_model import OtherBlessedModelStrategy
from components.trained_splits import write_splits

CANDIDATE = 5


def _model(root: Path, number: int, labels: tuple[str, ...] = ("cat", "dog")) -> Artifact:
    model = standard_artifacts.Model()
    model.id = number
    model.uri = str(root / str(number))
    assets = root / str(number) / "Format-Serving" / "assets"
    assets.mkdir(parents=True)
    (assets / "labels.txt").write_text("".join(f"{label}\n" for label in labels))
    (assets.parent / "saved_model.pb").touch()
    return model


def _blessing(model: int, is_blessed: bool = True) -> Artifact:
    blessing = standard_artifacts.ModelBlessing()
    blessing.id = 1000 + model
    blessing.set_int_custom_property("current_model_id", model)
    blessing.set_int_custom_property("blessed", int(is_blessed))
    return blessing


def baseline(models: dict[int, Artifact], blessings: list[Artifact]) -> int | None:
    """The id of the model that the candidate is held against; the blessing must be its own."""
    inputs = {
        "candidate": [models[CANDIDATE]],
        "model": list(models.values()),
        "model_blessing": blessings,
    }
    resolved = OtherBlessedModelStrategy().resolve_artifacts(None, inputs)
    assert resolved["candidate"] == [models[CANDIDATE]]
    ids = [model.id for model in resolved["model"]]
    assert [blessing.id for blessing in resolved["model_blessing"]] == [1000 + number for number in ids]
    assert len(ids) < 2
    return ids[0] if ids else None


@pytest.mark.parametrize(
    ("models", "blessed", "not_blessed", "expected"),
    [
        ([5], [], [], None),
        ([5], [5], [], None),
        ([1, 5], [1], [], 1),
        ([1, 5], [1, 5], [], 1),
        ([1, 5], [5], [1], None),
        ([1, 3, 5], [1, 3], [], 3),
        ([5, 3, 1], [1, 3], [], 3),
        ([1, 3, 5], [1], [3], 1),
        ([1, 5, 7, 9], [1, 7, 9], [], 9),
        ([1, 5, 7, 9], [1, 7], [9], 7),
        ([5, 7], [7], [], 7),
        ([5, 7], [5, 7], [], 7),
        ([1, 5], [], [1], None),
    ],
)
def test_latest_blessed_model_but_for_the_candidate(
    tmp_path: Path, models: list[int], blessed: list[int], not_blessed: list[int], expected: int | None
) -> None:
    blessings = [_blessing(number) for number in blessed]
    blessings += [_blessing(number, False) for number in not_blessed]
    assert baseline({number: _model(tmp_path, number) for number in models}, blessings) == expected


def test_model_blessed_after_it_was_refused(tmp_path: Path) -> None:
    models = {number: _model(tmp_path, number) for number in (2, CANDIDATE)}
    assert baseline(models, [_blessing(2, False), _blessing(2, True)]) == 2


@pytest.mark.parametrize(
    ("known", "is_comparable"),
    [
        (("cat", "dog"), True),
        (("dog", "cat"), True),
        (("cat",), True),
        (("cat", "dog", "hen"), False),
        (("Katze", "Hund"), False),
        (("cat", "hen"), False),
    ],
)
def test_candidate_must_know_every_class_of_the_baseline(
    tmp_path: Path, known: tuple[str, ...], is_comparable: bool
) -> None:
    models = {2: _model(tmp_path, 2, known), CANDIDATE: _model(tmp_path, CANDIDATE)}
    assert baseline(models, [_blessing(2)]) == (2 if is_comparable else None)


def test_an_older_one_of_the_same_classes_is_found_behind_another_data_set(tmp_path: Path) -> None:
    models = {
        1: _model(tmp_path, 1),
        2: _model(tmp_path, 2, ("oak", "ash")),
        3: _model(tmp_path, 3, ("oak", "ash")),
        CANDIDATE: _model(tmp_path, CANDIDATE),
    }
    assert baseline(models, [_blessing(number) for number in (1, 2, 3)]) == 1


@pytest.mark.parametrize(
    ("noted", "own", "is_comparable"),
    [("a", "a", True), ("a", "b", False), (None, "b", True), ("a", None, True), (None, None, True)],
)
def test_model_of_other_splits_is_no_baseline(
    tmp_path: Path, noted: str | None, own: str | None, is_comparable: bool
) -> None:
    models = {number: _model(tmp_path, number) for number in (2, CANDIDATE)}
    for number, way in ((2, noted), (CANDIDATE, own)):
        if way:
            write_splits(str(tmp_path / str(number) / "Format-Serving"), way)
    assert baseline(models, [_blessing(2)]) == (2 if is_comparable else None)


@pytest.mark.parametrize("lost", ["2", "2/Format-Serving/saved_model.pb", "2/Format-Serving/assets"])
def test_model_whose_files_are_gone_is_passed_over(tmp_path: Path, lost: str) -> None:
    models = {number: _model(tmp_path, number) for number in (1, 2, CANDIDATE)}
    path = tmp_path / lost
    path.unlink() if path.is_file() else shutil.rmtree(path)
    assert baseline(models, [_blessing(1), _blessing(2)]) == 1
    assert baseline(models, [_blessing(2)]) is None


class _Screen:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def on_progress(self, activity: str, done: int, total: int) -> None:
        raise AssertionError(activity)

    def on_announcement(self, text: str) -> None:
        self.texts.append(text)


def test_what_is_not_compared_is_said_once_and_logged_in_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = {
        1: _model(tmp_path, 1),
        2: _model(tmp_path, 2, tuple("abcd")),
        CANDIDATE: _model(tmp_path, CANDIDATE),
    }
    shutil.rmtree(tmp_path / "1")
    screen = _Screen()
    with caplog.at_level(logging.INFO), progress.listening(screen):
        baseline(models, [_blessing(1), _blessing(2)])
    said = "not compared with blessed model 2: it knows classes that are no more: a, b, c, ..."
    assert screen.texts == [said]
    assert said in caplog.text
    assert f"not compared with blessed model 1: its files are gone from {tmp_path / '1'}" in caplog.text


def test_a_comparable_baseline_needs_no_words(tmp_path: Path) -> None:
    screen = _Screen()
    with progress.listening(screen):
        baseline({number: _model(tmp_path, number) for number in (1, CANDIDATE)}, [_blessing(1)])
    assert screen.texts == []
