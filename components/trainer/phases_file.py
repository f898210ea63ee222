"""What a training leaves in `model_run` beside its TensorBoard logs. Imports no TensorFlow."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from components.artifact_file import place_in

FILE = "phases.json"
WEIGHTS_FILE = "model.weights.h5"
"""Keras weights of the whole model, to go on from."""


def write_phases(results: Sequence[Any], model_run: str) -> None:
    """Writes what each phase reached, a dataclass each, into the artifact with this uri."""
    system, path = place_in(model_run, FILE)
    system.create_dir(path.removesuffix(f"/{FILE}"))
    with system.open_output_stream(path) as file:
        file.write(json.dumps([asdict(result) for result in results], indent=2).encode())


def read_phases(model_run: str) -> list[dict[str, Any]]:
    """What `write_phases` wrote."""
    system, path = place_in(model_run, FILE)
    with system.open_input_stream(path) as file:
        phases: list[dict[str, Any]] = json.loads(file.read())
    return phases
