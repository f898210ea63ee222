"""Pusher: a version appears whole or not at all, and only if its model is blessed."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tfx.proto import pusher_pb2
from tfx.types import Artifact, standard_artifacts
from tfx.utils import io_utils, proto_utils

from components import pusher
from components.pusher import AtomicPusherExecutor, ensure_served, is_pushed

FILES = {"saved_model.pb": b"graph", "variables/variables.index": b"index", "assets/labels.txt": b"a\nb\n"}


class _Push:
    """One push from a folder of its own into the serving folder that all of them share."""

    def __init__(self, root: Path, name: str, is_blessed: bool = True) -> None:
        self.serving = root / "serving" / "cells"
        model = standard_artifacts.Model()
        model.uri = str(root / name / "model")
        for file, content in FILES.items():
            path = Path(model.uri) / "Format-Serving" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        blessing = standard_artifacts.ModelBlessing()
        blessing.set_int_custom_property("blessed", int(is_blessed))
        self.pushed: Artifact = standard_artifacts.PushedModel()
        self.pushed.uri = str(root / name / "pushed")
        self._inputs = {"model": [model], "model_blessing": [blessing]}

    def run(self) -> None:
        destination = pusher_pb2.PushDestination()
        destination.filesystem.base_directory = str(self.serving)
        properties = {"push_destination": proto_utils.proto_to_json(destination)}
        AtomicPusherExecutor().Do(self._inputs, {"pushed_model": [self.pushed]}, properties)

    @property
    def versions(self) -> list[Path]:
        """What a server would load."""
        if not self.serving.exists():
            return []
        return [path for path in self.serving.iterdir() if path.name.isdigit()]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_push_makes_one_whole_version(tmp_path: Path) -> None:
    push = _Push(tmp_path, "first")
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
    push = _Push(tmp_path, "first")
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
    push = _Push(tmp_path, "first")
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
    again = _Push(tmp_path, "second")
    again.run()
    (version,) = again.versions
    assert contents(version) == FILES
    assert list(again.serving.iterdir()) == [version]


def test_push_of_a_model_that_is_not_blessed_does_nothing(tmp_path: Path) -> None:
    push = _Push(tmp_path, "first", is_blessed=False)
    push.run()
    assert push.versions == []
    assert not is_pushed(push.pushed)


def test_push_refused_leaves_older_versions_alone(tmp_path: Path) -> None:
    older = _Push(tmp_path, "older")
    older.run()
    _Push(tmp_path, "refused", is_blessed=False).run()
    (version,) = older.versions
    assert contents(version) == FILES


def test_push_twice_makes_two_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, now in (("first", 1_700_000_000.2), ("second", 1_700_000_007.9)):
        monkeypatch.setattr("time.time", lambda now=now: now)
        push = _Push(tmp_path, name)
        push.run()
    assert sorted(path.name for path in push.versions) == ["1700000000", "1700000007"]
    assert all(contents(version) == FILES for version in push.versions)


def test_ensure_served_restores_a_removed_version(tmp_path: Path) -> None:
    push = _Push(tmp_path, "first")
    push.run()
    (version,) = push.versions
    shutil.rmtree(push.serving)
    assert ensure_served(push.pushed) == version
    assert contents(version) == FILES
    assert list(push.serving.iterdir()) == [version]


def test_ensure_served_clears_what_a_killed_push_left(tmp_path: Path) -> None:
    push = _Push(tmp_path, "first")
    push.run()
    (version,) = push.versions
    shutil.rmtree(version)
    left = push.serving / ".unfinished" / version.name
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    assert contents(ensure_served(push.pushed)) == FILES
    assert list(push.serving.iterdir()) == [version]
