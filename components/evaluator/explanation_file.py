"""The explanation in its file. Imports neither TensorFlow nor TFX: whoever explains a run reads it."""

import json
from typing import Any

from components.artifact_file import place_in
from components.compact_json import compact_json

FILE = "explanation.json"
"""In the `evaluation` artifact."""

Explanation = dict[str, Any]
"""See `components.evaluator.explanation.explain`."""


def write_explanation(explanation: Explanation, evaluation: str) -> None:
    """Writes it into the artifact with this uri."""
    content = compact_json(explanation, indent=1, allow_nan=False)
    system, path = place_in(evaluation, FILE)
    with system.open_output_stream(path) as file:
        file.write(content.encode())


def read_explanation(evaluation: str) -> Explanation:
    """What `write_explanation` wrote."""
    system, path = place_in(evaluation, FILE)
    with system.open_input_stream(path) as file:
        explanation: Explanation = json.loads(file.read())
    return explanation
