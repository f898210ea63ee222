"""What answers cost: the table of `graft/Decision-v0`."""

import difflib
from collections.abc import Sequence

import numpy as np

from pipeline.errors import InputError
from pipeline.settings.environment import ASK, DecisionConfig

_SECTION = "environment.decision.costs"


def cost_table(config: DecisionConfig, classes: Sequence[str]) -> np.ndarray:
    """What each answer costs where each class is true.

    Args:
        config: costs by the names of classes; what asking a person costs, unless a class says otherwise.
        classes: names, in the order of their indices.

    Returns:
        float64 [classes, classes + 1], 0 or more; the last column is that of asking a person.

    Raises:
        InputError: a class bears the name of asking; costs are given, but a class has none, or one of its
            wrong answers; or they name a class or an answer that there is not.
    """
    if ASK in classes:
        raise InputError(f"class `{ASK}` bears the name of an action of graft/Decision-v0. Rename the class.")
    if not config.costs:
        return np.column_stack([1 - np.eye(len(classes)), np.full(len(classes), config.ask)])
    for name in config.costs:
        if name not in classes:
            raise InputError(
                f"{_SECTION} names the class `{name}`, which there is not.{_mend(name, classes)}"
            )
    return np.array([_row(config, name, classes) for name in classes], np.float64)


def _row(config: DecisionConfig, truth: str, classes: Sequence[str]) -> list[float]:
    if truth not in config.costs:
        raise InputError(
            f"{_SECTION} says nothing of the class `{truth}`. Add `{truth}: {{<wrong answer>: <cost>}}`."
        )
    row = {truth: 0.0, ASK: config.ask, **config.costs[truth]}
    for answer in row:
        if answer not in (*classes, ASK):
            raise InputError(
                f"{_SECTION}.{truth} names the answer `{answer}`, which there is not."
                f"{_mend(answer, [*classes, ASK])}"
            )
    for answer in classes:
        if answer not in row:
            raise InputError(
                f"{_SECTION}.{truth} does not say what the answer `{answer}` costs. Add `{answer}: <cost>`."
            )
    return [float(row[answer]) for answer in (*classes, ASK)]


def _mend(name: str, legal: Sequence[str]) -> str:
    """Which name was meant, or those that there are."""
    near = difflib.get_close_matches(name, legal, n=1, cutoff=0.5)
    return f" Did you mean `{near[0]}`?" if near else f" Take one of: {', '.join(legal)}."
