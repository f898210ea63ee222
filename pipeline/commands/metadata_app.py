"""`metadata` and what can be done with it; done by `pipeline.metadata`, imported when it is."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Workspace

metadata = typer.Typer(help="Where ML Metadata is kept.")


@metadata.callback()
def main() -> None:
    """Where ML Metadata is kept."""


@metadata.command("move")
def move_metadata(
    target: Annotated[
        str, typer.Option("--to", metavar="ADDRESS", help="An empty database: mysql://user@host/database.")
    ],
    workspace: Workspace = Path("workspace"),
) -> None:
    """Brings it from sqlite into a database, ids included; the password is in GRAFT_METADATA_PASSWORD."""
    from pipeline.errors import InputError
    from pipeline.metadata.move import move
    from pipeline.settings.metadata import checked_address
    from pipeline.workspace import Workspace as Place

    try:
        address = checked_address(target)
    except ValueError as error:
        raise InputError(f"--to {error}") from None
    moved = move(Place(Path(os.path.realpath(workspace))), address)
    print(f"{moved.artifacts} artifacts and {moved.executions} executions are in `{address}` now.")
    print(f"The sqlite file is kept as `{moved.kept}`; nothing reads it.")
