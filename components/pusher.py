"""Pusher: a blessed model into `serving/<name>/<version>/`, whole or not at all.

In: `model`, `blessing`, and `examples` where other formats are asked for, which then lie in the version's
`assets.extra/exports`. Out: `pushed_model`. TFX's own executor copies file by file into the place that
servers watch; killed half-way it leaves half a model there. Here it copies beside that place, and one
rename makes the version appear. Killed between the rename and the end of the node, it finds its model
served already and pushes nothing.
"""

import filecmp
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfx import types
from tfx.components import Pusher
from tfx.components.pusher import executor as pusher_executor
from tfx.dsl.components.base import base_component, executor_spec
from tfx.proto import pusher_pb2
from tfx.types import (
    artifact_utils,
    component_spec,
    standard_artifacts,
    standard_component_specs,
)
from tfx.utils import json_utils, proto_utils

from components.exports.exports_file import FOLDER, read_exports
from pipeline.settings.pusher import ExportFormat, PusherConfig

_UNFINISHED = ".unfinished"
_DESTINATION_PROPERTY = "pushed_destination"
_VERSION_PROPERTY = "pushed_version"
_FORMATS = "formats"


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
        try:
            super().Do(input_dict, output_dict, staged)
            if staging.exists():
                pushed = artifact_utils.get_single_instance(output_dict["pushed_model"])
                (version,) = staging.iterdir()
                target = _serve(version, serving, _asked(exec_properties), input_dict.get("examples", ()))
                if _formats(target):
                    shutil.copytree(target / FOLDER, Path(pushed.uri) / FOLDER)
                pushed.set_string_custom_property(_DESTINATION_PROPERTY, str(target))
                pushed.set_string_custom_property(_VERSION_PROPERTY, target.name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _asked(exec_properties: dict[str, Any]) -> list[ExportFormat]:
    """The formats of the config."""
    custom = json.loads(exec_properties.get("custom_config") or "null") or {}
    formats: list[ExportFormat] = custom.get(_FORMATS, [])
    return formats


def _formats(version: Path) -> set[ExportFormat]:
    """Those that lie in a version."""
    return {each["format"] for each in read_exports(version)}


def _serve(
    staged: Path, serving: Path, formats: Sequence[ExportFormat], examples: Sequence[types.Artifact]
) -> Path:
    """Where the model is served: as a new version, or as the newest one if that is this very model.

    An older version does not count. Servers take the highest number, and this model is to be theirs. One
    that lacks a format does not count either: what is served does not change any more.
    """
    versions = [path for path in serving.iterdir() if path.name.isdecimal() and path.is_dir()]
    newest = max(versions, key=lambda path: int(path.name), default=None)
    if newest and _holds(newest, staged) and _formats(newest) >= set(formats):
        return newest
    if formats:
        from components.exports.exporter import export  # loads TensorFlow

        export(str(staged), artifact_utils.get_single_instance(list(examples)), formats)
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


class AtomicPusherSpec(standard_component_specs.PusherSpec):
    """TFX's, and the pictures that other formats are held against."""

    INPUTS = {
        **standard_component_specs.PusherSpec.INPUTS,
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples, optional=True),
    }


class AtomicPusher(Pusher):
    """Pusher that pushes whole versions; its node is called Pusher."""

    SPEC_CLASS = AtomicPusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(AtomicPusherExecutor)

    def __init__(self, spec: AtomicPusherSpec) -> None:
        # TFX's own knows no further input.
        base_component.BaseComponent.__init__(self, spec)


def build(
    model: types.Channel, blessing: types.Channel, serving: str, examples: types.Channel, config: PusherConfig
) -> AtomicPusher:
    """The node of this room.

    Args:
        model: to be pushed.
        blessing: of the model.
        serving: folder that will hold the versions.
        examples: of all splits. Without other formats they are no input: the node is what it always was.
        config: says which formats are wanted.
    """
    custom = {_FORMATS: list(config.formats)} if config.formats else None
    spec = AtomicPusherSpec(
        model=model,
        model_blessing=blessing,
        examples=examples if config.formats else None,
        push_destination=pusher_pb2.PushDestination(
            filesystem=pusher_pb2.PushDestination.Filesystem(base_directory=serving)
        ),
        custom_config=json_utils.dumps(custom),
        pushed_model=types.Channel(type=standard_artifacts.PushedModel),
    )
    return AtomicPusher(spec).with_id("Pusher")
