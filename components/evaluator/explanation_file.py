"""The explanation in its file. Imports neither TensorFlow nor TFX: whoever explains a run reads it."""

import json
import os
from typing import Any

import pyarrow.fs

FILE = "explanation.json"
"""In the `evaluation` artifact."""

Explanation = dict[str, Any]
"""See `components.evaluator.explanation.explain`."""


def write_explanation(explanation: Explanation, evaluation: str) -> None:
    """Writes it into the artifact with this uri."""
    content = json.dumps(explanation, indent=1, ensure_ascii=False, allow_nan=False)
    system, path = _place(evaluation)
    with system.open_output_stream(path) as file:
        file.write(content.encode())


def read_explanation(evaluation: str) -> Explanation:
    """What `write_explanation` wrote."""
    system, path = _place(evaluation)
    with system.open_input_stream(path) as file:
        explanation: Explanation = json.loads(file.read())
    return explanation


def _place(evaluation: str) -> tuple[pyarrow.fs.FileSystem, str]:
    uri = evaluation if "://" in evaluation else os.path.abspath(evaluation)
    system, path = pyarrow.fs.FileSystem.from_uri(uri)
    return system, f"{path}/{FILE}"
