"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Workspace = Annotated[Path, typer.Option("--workspace", help="Where everything is kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, the beginning of one, or `last`.")]
Config = Annotated[Path | None, typer.Argument(help="YAML file; the sample's if left out.")]
Data = Annotated[str | None, typer.Option(help="Pictures: class folders, a manifest, TFRecords, tar shards.")]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting.")]
