"""Everything that an evaluation found: what a summary and a report are made of."""

from dataclasses import asdict

from components.answers import Answers
from components.evaluator.comparison import comparison_of
from components.evaluator.confusion import cells_of
from components.evaluator.explanation_file import Explanation
from components.evaluator.figures import Figures, figures_of
from components.evaluator.gate import judge
from components.evaluator.slices import OVERALL
from components.evaluator.slicing import slices_of, worst_of
from components.features import TEST
from pipeline.settings.evaluator import EvaluatorConfig


def explain(answers: Answers, config: EvaluatorConfig, temperature: float) -> Explanation:
    """Figures, comparison and verdicts.

    Args:
        answers: of the whole test split.
        config: of the node.
        temperature: by what the model's logits were divided.

    Returns:
        `evaluation`: the overall slice's figures (`figures.figures_of`), `split`, `labels`, the other
        `slices` by name (in place of `confusion` the `cells` of it that hold something, each row, column and
        count), `worst_slices`, and the `comparison` with the last blessed model. `verdicts`: a list of
        `gate.Verdict` as plain values.
    """
    slices = slices_of(answers, config.crossings())
    figures = {name: figures_of(each, temperature) for name, each in slices.items()}
    evaluation = {
        "split": TEST,
        **figures[OVERALL],
        "labels": list(answers.names),
        "slices": {name: _of_slice(each) for name, each in figures.items() if name != OVERALL},
        "worst_slices": worst_of(figures, config.smallest_slice),
        "comparison": comparison_of(answers),
    }
    verdicts = judge(config.gates(), slices, figures)
    return {"evaluation": evaluation, "verdicts": [asdict(verdict) for verdict in verdicts]}


def _of_slice(figures: Figures) -> Figures:
    """A matrix of a thousand classes is a million cells, of which a slice fills few."""
    plain = {name: each for name, each in figures.items() if name != "confusion"}
    return {**plain, "cells": cells_of(figures["confusion"])}
