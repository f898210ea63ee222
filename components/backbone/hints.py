"""What a user could have meant instead: rows whose weights are here, rows that a file would fit."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.backbone.row import Backbone


def other_weights() -> str:
    """How to go on without these weights: the end of a sentence."""
    here = ", ".join(row.name for row in _table() if row.weights.are_here())
    return (
        "set backbone.weights to a file of Keras weights or to none (random), or backbone.name to one whose "
        f"weights are here: {here or 'there is none'}."
    )


def rows_with(parameters: int) -> list[str]:
    """The names of the rows that have so many parameters."""
    return [row.name for row in _table() if row.parameters == parameters]


def _table() -> "tuple[Backbone, ...]":
    from components.backbone.table import BACKBONES  # its rows hold weights, which give these hints

    return BACKBONES
