"""Pushes of made-up models, without a pipeline."""

import json
from collections.abc import Sequence
from pathlib import Path

from tfx.proto import pusher_pb2
from tfx.types import Artifact, standard_artifacts
from tfx.utils import proto_utils

from components.pusher import AtomicPusherExecutor

FILES = {"saved_model.pb": b"graph", "variables/variables.index": b"index", "assets/labels.txt": b"a\nb\n"}


class Push:
    """One push from a folder of its own into the serving folder that all of them share."""

    def __init__(
        self,
        root: Path,
        name: str,
        is_blessed: bool = True,
        files: dict[str, bytes] = FILES,
        formats: Sequence[str] = (),
    ) -> None:
        self.serving = root / "serving" / "cells"
        model = standard_artifacts.Model()
        model.uri = str(root / name / "model")
        for file, content in files.items():
            path = Path(model.uri) / "Format-Serving" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        blessing = standard_artifacts.ModelBlessing()
        blessing.set_int_custom_property("blessed", int(is_blessed))
        self.pushed: Artifact = standard_artifacts.PushedModel()
        self.pushed.uri = str(root / name / "pushed")
        self._inputs = {"model": [model], "model_blessing": [blessing]}
        self._custom = {"formats": list(formats)} if formats else None
        if formats:
            self._inputs["examples"] = [standard_artifacts.Examples()]

    def run(self) -> None:
        destination = pusher_pb2.PushDestination()
        destination.filesystem.base_directory = str(self.serving)
        properties = {
            "push_destination": proto_utils.proto_to_json(destination),
            "custom_config": json.dumps(self._custom),
        }
        AtomicPusherExecutor().Do(self._inputs, {"pushed_model": [self.pushed]}, properties)

    @property
    def versions(self) -> list[Path]:
        """What a server would load."""
        if not self.serving.exists():
            return []
        return [path for path in self.serving.iterdir() if path.name.isdigit()]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
