"""The versions that were pushed, and how an earlier one becomes the newest again. Nothing is ever deleted.

Servers take the version with the highest number. So an earlier one is copied under a new number, whole or not
at all, and ML Metadata learns where it came from.

Synopsis:
    for version in served_versions(workspace): ...
    roll_back(workspace, "1700000000")
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.inspection.metadata import ROLLBACK, Metadata, open_metadata, proto
from pipeline.inspection.records import read_run
from pipeline.metadata.store import open_store
from pipeline.prediction.paths import versions_of
from pipeline.workspace import Workspace

_UNFINISHED = ".rollback"


@dataclass(frozen=True)
class Version:
    """A pushed model.

    Attributes:
        name: of the served model.
        version: its number.
        path: its folder.
        is_newest: whether servers take it.
        artifact: its id in ML Metadata; `None` if it is not known there.
        run: that trained it; `None` if that is not known.
        accuracy, macro_f1: on test, in that run; `None` of a policy.
        mean_return: likewise, of a policy; `None` of a classifier.
    """

    name: str
    version: str
    path: str
    is_newest: bool
    artifact: int | None
    run: str | None
    accuracy: float | None
    macro_f1: float | None
    mean_return: float | None


def served_versions(workspace: Workspace) -> list[Version]:
    """All versions, by name, the newest first.

    Raises:
        InputError: nothing was pushed yet.
    """
    folders = _names(workspace)
    if not folders:
        raise _nothing_pushed(workspace)
    metadata = open_metadata(workspace)
    found = []
    for folder in folders:
        numbers = _numbers(folder)
        for number in numbers:
            artifact = _pushed(metadata, folder / str(number))
            run = _run_of(metadata, artifact) if artifact else None
            reached = read_run(workspace.runs / run).row() if run else {}
            found.append(
                Version(
                    folder.name,
                    str(number),
                    str(folder / str(number)),
                    number == numbers[0],
                    artifact,
                    run,
                    reached.get("accuracy"),
                    reached.get("macro_f1"),
                    reached.get("mean_return"),
                )
            )
    return found


def roll_back(workspace: Workspace, version: str | None, name: str | None = None) -> Version:
    """Makes an earlier version the newest.

    Args:
        workspace: where it was pushed.
        version: its number. Left out, the newest of those that are older than the present one, or, where that
            is itself a copy, than what it is a copy of: asked twice, it goes back twice.
        name: of the served model; needed where several are served.

    Returns:
        The new version.

    Raises:
        InputError: there is no such version, or it is the newest already; a run is at work.
    """
    folder = _folder(workspace, name)  # before the lock, which makes a folder of a mistyped workspace
    with workspace.locked():
        metadata = open_metadata(workspace)
        source = folder / (version or _before(metadata, folder))
        newest, *earlier = map(str, _numbers(folder))
        if source.name == newest:
            raise InputError(f"version {newest} of `{folder.name}` is the newest already. See `serving`.")
        if version and version not in earlier:
            raise InputError(f"`{folder.name}` has no version {version}. `serving` lists those that it has.")
        target = folder / str(max(int(newest) + 1, int(time.time())))
        with _copied(source, target):
            # Before it appears: a copy of which nobody knows what it was copied from would pass for new.
            _record(workspace, _pushed(metadata, source), target)
    (new,) = (each for each in served_versions(workspace) if each.path == str(target))
    return new


@contextmanager
def _copied(source: Path, target: Path) -> Iterator[None]:
    """A rename makes the copy appear, after all that happens inside."""
    staging = target.parent / _UNFINISHED
    shutil.rmtree(staging, ignore_errors=True)  # what a killed one left
    try:
        shutil.copytree(source, staging)
        yield
        os.replace(staging, target)
    except OSError as error:
        raise InputError(f"`{source}` cannot be copied to `{target}`: {error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _record(workspace: Workspace, source: int | None, target: Path) -> None:
    """Tells ML Metadata that a version is the artifact `source` once more."""
    store = open_store(workspace, is_read_only=False)
    artifact = proto.Artifact(uri=str(target), state=proto.Artifact.LIVE)
    artifact.type_id = store.put_artifact_type(proto.ArtifactType(name="PushedModel"), can_omit_fields=True)
    artifact.custom_properties["pushed"].int_value = 1
    artifact.custom_properties["pushed_version"].string_value = target.name
    artifact.custom_properties["pushed_destination"].string_value = str(target)
    execution = proto.Execution(last_known_state=proto.Execution.COMPLETE)
    execution.type_id = store.put_execution_type(proto.ExecutionType(name=ROLLBACK))
    made = proto.Event(type=proto.Event.OUTPUT)
    made.path.steps.add().key = "pushed_model"
    used = proto.Event(type=proto.Event.INPUT, artifact_id=source or 0)
    used.path.steps.add().key = "pushed_model"
    sources = store.get_artifacts_by_id([source]) if source else []
    store.put_execution(execution, [(artifact, made), *((each, used) for each in sources)], [])


def _pushed(metadata: Metadata, path: Path) -> int | None:
    """The artifact that was pushed there; of several the last: a killed rollback left one that never came."""
    places = (str(path), str(path.resolve()))
    found = (
        each.id for each in metadata.artifacts.values() if each.properties.get("pushed_destination") in places
    )
    return max(found, default=None)


def _original(metadata: Metadata, artifact: int) -> int:
    """What it is a copy of, or itself."""
    producer = metadata.producer_of(artifact)
    while producer and producer.node == ROLLBACK and metadata.inputs_of(producer.id):
        artifact = metadata.inputs_of(producer.id)[0][0]
        producer = metadata.producer_of(artifact)
    return artifact


def _run_of(metadata: Metadata, artifact: int) -> str | None:
    """The run that pushed it, or that pushed what it is a copy of."""
    producer = metadata.producer_of(_original(metadata, artifact))
    return producer.run or None if producer else None


def _before(metadata: Metadata, folder: Path) -> str:
    """The version before the newest one, or before the one that it is a copy of."""
    newest, *earlier = _numbers(folder)
    artifact = _pushed(metadata, folder / str(newest))
    if artifact is not None:
        original = metadata.artifacts[_original(metadata, artifact)]
        newest = int(original.properties.get("pushed_version", newest))
    for number in earlier:
        if number < newest:
            return str(number)
    raise InputError(f"version {newest} of `{folder.name}` is served, and there is none before it.")


def _folder(workspace: Workspace, name: str | None) -> Path:
    folders = {folder.name: folder for folder in _names(workspace)}
    if name is None and len(folders) == 1:
        return next(iter(folders.values()))
    if name in folders:
        return folders[name]
    if not folders:
        raise _nothing_pushed(workspace)
    what = f"there is no `{name}`" if name else "several models are served"
    raise InputError(f"{what}: name one with --name. There are: {', '.join(folders)}")


def _nothing_pushed(workspace: Workspace) -> InputError:
    return InputError(
        f"no model was pushed to workspace `{workspace.root}` yet. Run the pipeline first, or name another "
        "with --workspace DIR."
    )


def _names(workspace: Workspace) -> list[Path]:
    served = workspace.root / "serving"
    return [folder for folder in sorted(served.iterdir()) if _numbers(folder)] if served.is_dir() else []


def _numbers(folder: Path) -> list[int]:
    """Of the versions in a folder, the newest first."""
    return [int(path.name) for path in reversed(versions_of(folder))]
