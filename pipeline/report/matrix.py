"""Confusion matrices for the page: of each slice the cells that hold something, and their pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from components.answers import Answers
from components.evaluator.confusion import cells_of
from components.evaluator.slices import OVERALL
from pipeline.report.evaluation_section import shown_slices
from pipeline.report.material import Material

MOST_CLASSES = 24
"""Beyond them a matrix is too wide to read: then the most frequent confusions stand in its place."""
MOST_PAIRS = 40


def matrix_data(material: Material, shown: Mapping[str, str]) -> dict[str, Any]:
    """What the page's script draws from.

    Args:
        material: of the run.
        shown: small versions of pictures, by path.

    Returns:
        `labels`; `slices`, each with `name`, `examples` and `cells`, lists of row, column and count;
        `sources`, the small versions; `pictures`, each with `path`, places `label` and `answer`,
        `probability`, the place of its `source`, and those of the slices that it lies `in`.
    """
    evaluation = material.evaluation
    figures = shown_slices(evaluation)
    return {
        "labels": list(evaluation["labels"]),
        "slices": [
            {"name": name, "examples": each["examples"], "cells": _cells(each)}
            for name, each in figures.items()
        ],
        "sources": list(shown.values()),
        "pictures": _pictures(material.answers, _members(material, list(figures)), shown),
    }


def _cells(figures: Mapping[str, Any]) -> list[list[int]]:
    """Of `overall` the whole matrix was written down."""
    found: list[list[int]] = cells_of(figures["confusion"]) if "confusion" in figures else figures["cells"]
    return found


def most_confused(confusion: Sequence[Sequence[int]]) -> tuple[list[list[int]], int]:
    """The cells of mistakes, the fullest first, and how many more there are than are listed."""
    wrong = [cell for cell in cells_of(confusion) if cell[0] != cell[1]]
    ranked = sorted(wrong, key=lambda cell: -cell[2])
    return ranked[:MOST_PAIRS], max(0, len(ranked) - MOST_PAIRS)


def _members(material: Material, names: Sequence[str]) -> dict[str, list[int]]:
    """In which slices each picture lies, by its path; `overall` goes without saying."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name != OVERALL and name in material.slices:
            for path in material.slices[name].paths.tolist():
                found.setdefault(path, []).append(place)
    return found


def _pictures(
    answers: Answers | None, members: Mapping[str, list[int]], shown: Mapping[str, str]
) -> list[dict[str, Any]]:
    if answers is None:
        return []
    places = {path: place for place, path in enumerate(shown)}  # a manifest may name a picture twice
    answered, sureness = answers.answered, answers.probabilities.max(axis=1)
    return [
        {
            "path": str(answers.paths[row]),
            "label": int(answers.labels[row]),
            "answer": int(answered[row]),
            "probability": round(float(sureness[row]), 4),
            "in": [0, *members.get(answers.paths[row], ())],
            "source": places[answers.paths[row]],
        }
        for row in np.argsort(-sureness, kind="stable").tolist()
        if answers.paths[row] in places
    ]
