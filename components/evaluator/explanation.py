"""Everything that an evaluation found, as one JSON file: what a summary and a report are made of.

Reading it imports neither TensorFlow nor TFX.
"""

import json
import os
from dataclasses import asdict
from typing import Any

import pyarrow.fs

from components.evaluator.answers import Answers
from components.evaluator.comparison import comparison_of
from components.evaluator.figures import figures_of
from components.evaluator.gate import judge
from components.evaluator.slices import OVERALL
from components.evaluator.slicing import slices_of, worst_of
from components.features import TEST
from pipeline.evaluator_config import EvaluatorConfig

FILE = "explanation.json"
"""In the `evaluation` artifact."""

Explanation = dict[str, Any]


def explain(answers: Answers, config: EvaluatorConfig, temperature: float) -> Explanation:
    """Figures, comparison and verdicts.

    Args:
        answers: of the whole test split.
        config: of the node.
        temperature: by what the model's logits were divided.

    Returns:
        `evaluation`: the overall slice's figures (`figures.figures_of`), `split`, `labels`, the other
        `slices` by name, `worst_slices`, and the `comparison` with the last blessed model. `verdicts`: a list
        of `gate.Verdict` as plain values.
    """
    crossings = [*config.crossings(), *(tuple(gate.values()) for gate in config.gates())]
    slices = slices_of(answers, crossings)
    figures = {name: figures_of(each, temperature) for name, each in slices.items()}
    evaluation = {
        "split": TEST,
        **figures[OVERALL],
        "labels": list(answers.names),
        "slices": {name: each for name, each in figures.items() if name != OVERALL},
        "worst_slices": worst_of(figures, config.smallest_slice),
        "comparison": comparison_of(answers),
    }
    verdicts = judge(config.gates(), slices, figures)
    return {"evaluation": evaluation, "verdicts": [asdict(verdict) for verdict in verdicts]}


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
