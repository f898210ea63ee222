"""`pipeline_runner.py backbones`: the table of trunks, and which of their weights are here."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from components.backbone import BACKBONES, Backbone

_COLUMNS = ("name", "px", "width", "params M", "GMACs", "stages", "weights", "here")


def backbones_command(as_json: bool) -> int:
    """Prints the table, or JSON to standard output.

    Returns:
        The exit code.
    """
    if as_json:
        print(json.dumps([as_dict(backbone) for backbone in BACKBONES], indent=2))
        return 0
    console = Console()
    console.print(table(BACKBONES))
    console.print(
        "\nGMACs: billions of multiply-adds for one picture. Nothing is ever downloaded.\n"
        "Choose: --set backbone.name=NAME. Weights of your own: backbone.weights=FILE.\n"
        "A model of your own: backbone.model=FILE.keras, or a folder that Graft pushed."
    )
    return 0


def table(backbones: Sequence[Backbone]) -> Table:
    """A line a backbone; multiply-adds are those of one picture."""
    table = Table(box=None)
    for column in _COLUMNS:
        is_text = column in ("name", "weights", "here")
        table.add_column(column, justify="left" if is_text else "right", no_wrap=True)
    for backbone in backbones:
        is_here = backbone.weights.are_here()
        table.add_row(
            backbone.name,
            str(backbone.size),
            str(backbone.width),
            f"{(backbone.parameters or 0) / 1e6:.1f}",
            f"{(backbone.multiply_adds or 0) / 1e9:.2f}",
            str(len(backbone.stages)),
            backbone.weights.where,
            "yes" if is_here else "no",
            style=None if is_here else "dim",
        )
    return table


def as_dict(backbone: Backbone) -> dict[str, object]:
    """A row for JSON: all of it, and whether its weights are here."""
    return {
        "name": backbone.name,
        "size": backbone.size,
        "smallest": backbone.smallest,
        "width": backbone.width,
        "parameters": backbone.parameters,
        "multiply_adds": backbone.multiply_adds,
        "stages": backbone.stages,
        "weights": backbone.weights.where,
        "here": backbone.weights.are_here(),
    }
