"""Pusher: a blessed model into `serving/<name>/<version>/`, whole or not at all.

In: `model`, `blessing`. Out: `pushed_model`. TFX's own executor copies file by file into the place that
servers watch; killed half-way it leaves half a model there. Here it copies beside that place, and one
rename makes the version appear. Killed between the rename and the end of the node, it finds its model
served already and pushes nothing.
"""

import filecmp
import os
import shutil
from pathlib import Path
from typing import Any

from tfx import types
from tfx.components import Pusher
from tfx.components.pusher import executor as pusher_executor
from tfx.dsl.components.base import executor_spec
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils
from tfx.utils import proto_utils

_UNFINISHED = ".unfinished"
_DESTINATION_PROPERTY = "pushed_destination"
_VERSION_PROPERTY = "pushed_version"


class AtomicPusherExecutor(pusher_executor.Executor):
    """TFX's executor, pushing to a hidden folder first. Servers look at numbered ones only."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        destination = pusher_pb2.PushDestination()
        proto_utils.json_to_proto(exec_properties["push_destination"], destination)
        serving = Path(destination.filesystem.base_directory)
        staging = serving / _UNFINISHED
        shutil.rmtree(staging, ignore_errors=True)  # what a killed push left
        destination.filesystem.base_directory = str(staging)
        staged = {**exec_properties, "push_destination": proto_utils.proto_to_json(destination)}
        super().Do(input_dict, output_dict, staged)
        pushed = artifact_utils.get_single_instance(output_dict["pushed_model"])
        if staging.exists():
            (version,) = staging.iterdir()
            target = _serve(version, serving)
            shutil.rmtree(staging)
            pushed.set_string_custom_property(_DESTINATION_PROPERTY, str(target))
            pushed.set_string_custom_property(_VERSION_PROPERTY, target.name)


def _serve(staged: Path, serving: Path) -> Path:
    """Where the model is served: as a new version, or as the newest one if that is this very model.

    An older version does not count. Servers take the highest number, and this model is to be theirs.
    """
    versions = [path for path in serving.iterdir() if path.name.isdecimal() and path.is_dir()]
    newest = max(versions, key=lambda path: int(path.name), default=None)
    if newest and _holds(newest, staged):
        return newest
    # Two pushes may fall into one second, and clocks are set back.
    number = max(int(staged.name), int(newest.name) + 1) if newest else int(staged.name)
    target = serving / str(number)
    os.replace(staged, target)
    return target


def _holds(version: Path, model: Path) -> bool:
    """Whether every file of the model lies in the version, byte for byte; more may lie there."""
    files = [path.relative_to(model) for path in model.rglob("*") if path.is_file()]
    return all(
        (version / file).is_file() and filecmp.cmp(model / file, version / file, shallow=False)
        for file in files
    )


def is_pushed(artifact: types.Artifact) -> bool:
    """Whether a `pushed_model` artifact was pushed: its model was blessed."""
    return bool(artifact.get_int_custom_property("pushed"))


def ensure_served(artifact: types.Artifact) -> Path:
    """Where a pushed model is served; puts it back from its archive if somebody removed it."""
    target = Path(artifact.get_string_custom_property(_DESTINATION_PROPERTY))
    if not target.exists():
        staging = target.parent / _UNFINISHED
        shutil.rmtree(staging, ignore_errors=True)
        shutil.copytree(artifact.uri, staging / target.name)
        os.replace(staging / target.name, target)
        staging.rmdir()
    return target


class AtomicPusher(Pusher):
    """Pusher that pushes whole versions; its node is called Pusher."""

    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(AtomicPusherExecutor)


def build(model: types.Channel, blessing: types.Channel, serving: str) -> Pusher:
    """The node of this room. `serving` is the folder that will hold the versions."""
    node = AtomicPusher(
        model=model,
        model_blessing=blessing,
        push_destination=pusher_pb2.PushDestination(
            filesystem=pusher_pb2.PushDestination.Filesystem(base_directory=serving)
        ),
    )
    return node.with_id("Pusher")
