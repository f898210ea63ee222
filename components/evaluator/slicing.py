"""The answers of each slice, and the slices in which the model is worst."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from components.answers import Answers
from components.evaluator.chance import chance_of_as_many, holm
from components.evaluator.slices import OVERALL, slice_name
from pipeline.errors import InputError

if TYPE_CHECKING:
    from components.evaluator.figures import Figures  # which loads TensorFlow

_SHOWN = 10


def slices_of(answers: Answers, crossings: Iterable[Sequence[str]]) -> dict[str, Answers]:
    """Shares pictures out by the values of their columns.

    Args:
        answers: of the whole split.
        crossings: the columns of each slice, as `EvaluatorConfig.crossings` has them.

    Returns:
        `overall` first, then by name. A slice holds one picture at least.

    Raises:
        InputError: two slices have the same name.
    """
    slices: dict[str, Answers] = {}
    for columns in crossings:
        values = np.stack([answers.columns[column].astype(str) for column in columns], axis=1)
        for row in np.unique(values, axis=0):
            name = slice_name(dict(zip(columns, row.tolist(), strict=True)))
            if name in slices:
                raise InputError(
                    f"two slices are called `{name}`: a value of `{columns[0]}` has the form of another "
                    "slice's name. Rename it in the data, or leave one of the two out of evaluator.slices."
                )
            slices[name] = answers.where((values == row).all(axis=1))
    return {OVERALL: answers, **dict(sorted(slices.items()))}


def worst_of(figures: "Mapping[str, Figures]", smallest: int) -> list[dict[str, Any]]:
    """The slices that answer more often wrongly than the whole does.

    Args:
        figures: by slice, `overall` among them.
        smallest: how many pictures a slice needs to mean something.

    Returns:
        `slice`, `examples`, `accuracy`, `interval`, and whether it `is_below` the overall accuracy by more
        than chance explains, although so many slices were looked at. First those that are, all of them; then
        others, until there are ten; each the worst first.
    """
    whole = figures[OVERALL]
    big = {name: each for name, each in figures.items() if name != OVERALL and each["examples"] >= smallest}
    below = dict(zip(big, holm([_chance(each, whole) for each in big.values()]), strict=True))
    worst = [
        {
            "slice": name,
            "examples": each["examples"],
            "accuracy": each["accuracy"],
            "interval": each["intervals"]["accuracy"],
            "is_below": bool(below[name]),
        }
        for name, each in big.items()
        if each["accuracy"] < whole["accuracy"]
    ]
    worst.sort(key=lambda each: (not each["is_below"], each["accuracy"]))
    return worst[: max(_SHOWN, sum(each["is_below"] for each in worst))]


def _chance(some: "Figures", whole: "Figures") -> float:
    """How often a slice that is as good as the rest has as many mistakes."""
    (mistakes, pictures), (all_mistakes, all_pictures) = (
        (each["examples"] - round(each["accuracy"] * each["examples"]), each["examples"])
        for each in (some, whole)
    )
    return chance_of_as_many(mistakes, pictures, all_mistakes, all_pictures)
