"""Served versions, and back to an earlier one: whole, recorded, and nothing deleted."""

import shutil
from pathlib import Path

import pytest

from pipeline import serving
from pipeline.errors import InputError
from pipeline.inspection.lineage import lineage_of
from pipeline.inspection.metadata import open_metadata
from pipeline.serving import roll_back, served_versions
from pipeline.workspace import Workspace
from tests.pipeline.inspection.made import Made

ANSWERS = {"cat-0.jpg": "cat", "cat-1.jpg": "dog"}
OLD, NEW = "1700000004", "1700000008"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two runs, each with a version of its own."""
    made = Made(tmp_path / "ws")
    made.run("20240501-120000", answers=ANSWERS)
    made.run("20240502-120000", answers=dict.fromkeys(ANSWERS, "cat"))
    assert [version.version for version in served_versions(made.workspace)] == [NEW, OLD]
    return made.workspace


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_versions_with_their_runs_and_metrics(workspace: Workspace) -> None:
    newest, older = served_versions(workspace)
    assert (newest.name, newest.run, newest.accuracy, newest.is_newest) == (
        "pets",
        "20240502-120000",
        1.0,
        True,
    )
    assert (older.run, older.accuracy, older.macro_f1, older.is_newest) == (
        "20240501-120000",
        0.5,
        0.25,
        False,
    )
    assert newest.mean_return is None
    assert Path(older.path) == workspace.serving("pets") / OLD
    assert open_metadata(workspace).artifacts[older.artifact or 0].type == "PushedModel"


@pytest.mark.parametrize("asked", [None, OLD])
def test_rollback_makes_the_earlier_one_the_newest_and_deletes_nothing(
    workspace: Workspace, asked: str | None
) -> None:
    before = contents(workspace.serving("pets"))
    new = roll_back(workspace, asked)
    after = contents(workspace.serving("pets"))
    assert before.items() <= after.items()
    assert int(new.version) > int(NEW)
    assert contents(Path(new.path)) == contents(workspace.serving("pets") / OLD)
    assert (new.is_newest, new.run, new.accuracy) == (True, "20240501-120000", 0.5)
    assert [each.version for each in served_versions(workspace)] == [new.version, NEW, OLD]


def test_lineage_of_a_rollback_reaches_the_pictures(workspace: Workspace) -> None:
    roll_back(workspace, OLD)
    again = roll_back(workspace, NEW)
    nodes = [step.execution.node for step in lineage_of(open_metadata(workspace), again.version).back]
    assert nodes == ["Rollback", "Pusher", "Trainer", "ImageExampleGen"]
    assert again.run == "20240502-120000"


def test_rollback_of_a_rollback(workspace: Workspace) -> None:
    first = roll_back(workspace, OLD)
    roll_back(workspace, NEW)
    third = roll_back(workspace, first.version)
    assert (third.run, third.accuracy) == ("20240501-120000", 0.5)


def test_killed_while_copying_shows_no_version(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(source: Path, target: Path) -> None:
        target.mkdir()
        (target / "saved_model.pb").write_bytes(b"ha")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(shutil, "copytree", killed)
        roll_back(workspace, OLD)
    assert [each.version for each in served_versions(workspace)] == [NEW, OLD]
    new = roll_back(workspace, OLD)
    assert contents(Path(new.path)) == contents(workspace.serving("pets") / OLD)


@pytest.mark.parametrize("is_renamed", [True, False])
def test_killed_at_the_rename_the_next_one_knows_what_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_renamed: bool
) -> None:
    made = Made(tmp_path / "ws")
    for day in (1, 2, 3):
        made.run(f"2024050{day}-120000", answers=ANSWERS)
    rename = serving.os.replace

    def killed(source: Path, target: Path) -> None:
        if is_renamed:
            rename(source, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(serving.os, "replace", killed)
        roll_back(made.workspace, None)
    assert roll_back(made.workspace, None).run == ("20240501-120000" if is_renamed else "20240502-120000")


def test_what_a_killed_one_recorded_is_not_taken_for_what_came_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving.time, "time", lambda: 5.0)  # so both get the same number
    stranger = shutil.copytree(workspace.serving("pets") / OLD, workspace.serving("pets") / "1600000000")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(serving.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        roll_back(workspace, stranger.name)
    new = roll_back(workspace, OLD)
    assert (new.version, new.run) == ("1700000009", "20240501-120000")


def test_full_disk_is_one_line(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        target.mkdir()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(InputError, match="cannot be copied.*No space left"):
        roll_back(workspace, OLD)
    assert sorted(path.name for path in workspace.serving("pets").iterdir()) == [OLD, NEW]


def test_versions_that_ml_metadata_does_not_know(workspace: Workspace) -> None:
    stranger = workspace.serving("pets") / "1600000000"
    shutil.copytree(workspace.serving("pets") / OLD, stranger)
    assert served_versions(workspace)[-1].artifact is None
    new = roll_back(workspace, "1600000000")
    assert (new.run, new.accuracy, new.is_newest) == (None, None, True)


def test_asked_twice_it_goes_back_twice(tmp_path: Path) -> None:
    made = Made(tmp_path / "ws")
    for day in (1, 2, 3):
        made.run(f"2024050{day}-120000", answers=ANSWERS)
    runs = [roll_back(made.workspace, None).run for _ in range(2)]
    assert runs == ["20240502-120000", "20240501-120000"]
    with pytest.raises(InputError, match="there is none before"):
        roll_back(made.workspace, None)


def test_runs_that_were_deleted_change_nothing(workspace: Workspace) -> None:
    shutil.rmtree(workspace.runs)
    assert [version.accuracy for version in served_versions(workspace)] == [None, None]
    new = roll_back(workspace, OLD)
    assert (new.run, new.accuracy) == ("20240501-120000", None)


def test_nothing_is_pushed_that_could_not_be_recorded(workspace: Workspace) -> None:
    workspace.metadata.unlink()
    with pytest.raises(InputError, match="metadata.sqlite"):
        roll_back(workspace, OLD)
    assert sorted(path.name for path in workspace.serving("pets").iterdir()) == [OLD, NEW]


def test_not_beside_a_run(workspace: Workspace) -> None:
    with workspace.locked(), pytest.raises(InputError, match="another run is at work"):
        roll_back(workspace, OLD)


@pytest.mark.parametrize(
    ("version", "name", "words"),
    [
        (NEW, None, "is the newest already"),
        ("17", None, "has no version 17"),
        ("../../x", None, "has no version"),
        (None, "cells", "there is no `cells`: .* There are: pets"),
    ],
)
def test_what_cannot_be_rolled_back(workspace: Workspace, version: str, name: str | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        roll_back(workspace, version, name)


def test_a_lone_version_has_none_before_it(workspace: Workspace) -> None:
    shutil.rmtree(workspace.serving("pets") / OLD)
    with pytest.raises(InputError, match="there is none before"):
        roll_back(workspace, None)


def test_several_models_need_a_name(workspace: Workspace) -> None:
    shutil.copytree(workspace.serving("pets"), workspace.serving("cells"))
    with pytest.raises(InputError, match="several models are served: name one with --name. .* cells, pets"):
        roll_back(workspace, OLD)
    assert roll_back(workspace, OLD, "pets").name == "pets"


def test_the_number_is_the_time_or_one_more(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.time, "time", lambda: 5.0)  # a clock that was set back
    assert roll_back(workspace, OLD).version == "1700000009"
