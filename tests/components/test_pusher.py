"""Pusher: a version appears whole or not at all, and only if its model is blessed."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tfx.utils import io_utils

from components import pusher
from components.pusher import ensure_served, is_pushed
from tests.components.pushes import FILES, Push, contents


def test_push_makes_one_whole_version(tmp_path: Path) -> None:
    push = Push(tmp_path, "first")
    push.run()
    (version,) = push.versions
    assert contents(version) == FILES
    assert contents(Path(push.pushed.uri)) == FILES
    assert list(push.serving.iterdir()) == [version]
    assert is_pushed(push.pushed)
    assert push.pushed.get_string_custom_property("pushed_destination") == str(version)
    assert push.pushed.get_string_custom_property("pushed_version") == version.name
    assert ensure_served(push.pushed) == version


def test_push_shows_the_version_only_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = Push(tmp_path, "first")
    seen: list[Any] = []
    copy_file, replace = io_utils.copy_file, os.replace

    def watched_copy(*arguments: Any, **options: Any) -> None:
        seen.append(push.versions)
        copy_file(*arguments, **options)

    def watched_replace(source: Path, target: Path) -> None:
        seen.append(push.versions)
        assert contents(Path(source)) == FILES
        replace(source, target)

    monkeypatch.setattr(io_utils, "copy_file", watched_copy)
    monkeypatch.setattr(pusher.os, "replace", watched_replace)
    push.run()
    assert seen == [[], []]
    assert len(push.versions) == 1


@pytest.mark.parametrize("step", ["copy_dir", "copy_file", "archive", "replace"])
def test_push_broken_off_leaves_no_version_and_the_next_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    push = Push(tmp_path, "first")
    copy_dir = io_utils.copy_dir

    def half(source: str, target: str, *arguments: Any, **options: Any) -> None:
        if step == "archive" and target != push.pushed.uri:
            copy_dir(source, target, *arguments, **options)
            return
        Path(target).mkdir(parents=True, exist_ok=True)
        (Path(target) / "half").write_bytes(b"half")
        raise OSError("disk full")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        if step in ("copy_dir", "archive"):
            patch.setattr(io_utils, "copy_dir", half)
        elif step == "copy_file":
            patch.setattr(io_utils, "copy_file", fail)
        else:
            patch.setattr(pusher.os, "replace", fail)
        with pytest.raises(OSError, match="disk full"):
            push.run()
    assert push.versions == []
    again = Push(tmp_path, "second")
    again.run()
    (version,) = again.versions
    assert contents(version) == FILES
    assert list(again.serving.iterdir()) == [version]


def test_push_of_a_model_that_is_not_blessed_does_nothing(tmp_path: Path) -> None:
    push = Push(tmp_path, "first", is_blessed=False)
    push.run()
    assert push.versions == []
    assert not is_pushed(push.pushed)


def test_push_refused_leaves_older_versions_alone(tmp_path: Path) -> None:
    older = Push(tmp_path, "older")
    older.run()
    Push(tmp_path, "refused", is_blessed=False).run()
    (version,) = older.versions
    assert contents(version) == FILES


# Another model, in files of the same names and lengths.
OTHER = {**FILES, "variables/variables.index": b"other"}


@pytest.mark.parametrize(
    ("times", "versions"),
    [
        ((1_700_000_000.2, 1_700_000_007.9), ["1700000000", "1700000007"]),
        ((1_700_000_000.2, 1_700_000_000.9), ["1700000000", "1700000001"]),
        # Servers take the highest number: a clock that was set back must not hide the newer model.
        ((1_700_000_000.0, 1_600_000_000.0), ["1700000000", "1700000001"]),
    ],
)
def test_push_of_another_model_makes_a_higher_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: tuple[float, ...], versions: list[str]
) -> None:
    for name, now, files in zip(("first", "second"), times, (FILES, OTHER), strict=True):
        monkeypatch.setattr("time.time", lambda now=now: now)
        push = Push(tmp_path, name, files=files)
        push.run()
    assert sorted(path.name for path in push.versions) == versions
    assert [contents(push.serving / version) for version in versions] == [FILES, OTHER]
    assert push.pushed.get_string_custom_property("pushed_destination") == str(push.serving / versions[1])
    assert push.pushed.get_string_custom_property("pushed_version") == versions[1]


def test_push_killed_after_the_version_appeared_does_not_push_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def killed(source: Path, target: Path) -> None:
        replace(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
    with monkeypatch.context() as patch:
        patch.setattr(pusher.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            Push(tmp_path, "first").run()
    monkeypatch.setattr("time.time", lambda: 1_700_000_060.0)
    again = Push(tmp_path, "second")
    again.run()
    (version,) = again.versions
    assert list(again.serving.iterdir()) == [again.serving / "1700000000"] == [version]
    assert is_pushed(again.pushed)
    assert again.pushed.get_string_custom_property("pushed_destination") == str(version)
    assert again.pushed.get_string_custom_property("pushed_version") == version.name
    assert contents(Path(again.pushed.uri)) == FILES
    shutil.rmtree(version)
    assert contents(ensure_served(again.pushed)) == FILES


def test_push_of_an_older_model_makes_it_the_newest_again(tmp_path: Path) -> None:
    for name, files in (("first", FILES), ("second", OTHER), ("third", FILES)):
        push = Push(tmp_path, name, files=files)
        push.run()
    newest = max(push.versions, key=lambda path: int(path.name))
    assert len(push.versions) == 3
    assert contents(newest) == FILES
    assert ensure_served(push.pushed) == newest


@pytest.mark.parametrize("change", ["one file more", "one file less"])
def test_push_beside_a_version_that_was_changed(tmp_path: Path, change: str) -> None:
    first = Push(tmp_path, "first")
    first.run()
    (version,) = first.versions
    if change == "one file more":
        (version / "assets.extra").mkdir()
        (version / "assets.extra" / "warmup").write_bytes(b"requests")
    else:
        (version / "assets" / "labels.txt").unlink()
    again = Push(tmp_path, "second")
    again.run()
    # What a server's owner adds leaves the model what it is; what is missing does not.
    assert len(again.versions) == (1 if change == "one file more" else 2)
    assert FILES.items() <= contents(ensure_served(again.pushed)).items()


def test_push_beside_things_that_are_no_versions(tmp_path: Path) -> None:
    serving = tmp_path / "serving" / "cells"
    (serving / "9999999999-old").mkdir(parents=True)
    (serving / "9999999999").touch()
    push = Push(tmp_path, "first")
    push.run()
    assert [int(path.name) < 9999999999 for path in push.versions if path.is_dir()] == [True]


def test_ensure_served_restores_a_removed_version(tmp_path: Path) -> None:
    push = Push(tmp_path, "first")
    push.run()
    (version,) = push.versions
    shutil.rmtree(push.serving)
    assert ensure_served(push.pushed) == version
    assert contents(version) == FILES
    assert list(push.serving.iterdir()) == [version]


def test_ensure_served_clears_what_a_killed_push_left(tmp_path: Path) -> None:
    push = Push(tmp_path, "first")
    push.run()
    (version,) = push.versions
    shutil.rmtree(version)
    left = push.serving / ".unfinished" / version.name
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    assert contents(ensure_served(push.pushed)) == FILES
    assert list(push.serving.iterdir()) == [version]
