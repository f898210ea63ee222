"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Workspace = Annotated[Path, typer.Option("--workspace", help="Where everything is kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, the beginning of one, or `last`.")]
