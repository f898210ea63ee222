"""`inspect` and what it can be asked; each answer is given by `commands.inspect`, imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Json, Run, Workspace

inspect = typer.Typer(help="Says what the runs did, what they made, and where it came from.")


@inspect.command("runs")
def inspect_runs(workspace: Workspace = Path("workspace"), as_json: Json = False) -> None:
    """Lists all runs, the latest first: when, status, key metrics, pushed version."""
    from pipeline.commands.inspect import show_runs

    show_runs(workspace, as_json)


@inspect.command("run")
def inspect_run(run_id: Run, workspace: Workspace = Path("workspace"), as_json: Json = False) -> None:
    """Shows one run: why it was not blessed, its nodes with states and seconds, what each put out."""
    from pipeline.commands.inspect import show_run

    show_run(run_id, workspace, as_json)


@inspect.command("artifacts")
def inspect_artifacts(
    workspace: Workspace = Path("workspace"),
    kind: Annotated[str | None, typer.Option("--type", help="Only these, such as Model.")] = None,
    as_json: Json = False,
) -> None:
    """Lists all artifacts, the latest first."""
    from pipeline.commands.inspect import show_artifacts

    show_artifacts(workspace, kind, as_json)


@inspect.command("lineage")
def inspect_lineage(
    artifact: Annotated[str, typer.Argument(help="An artifact's id, or a pushed version.")],
    workspace: Workspace = Path("workspace"),
    as_json: Json = False,
) -> None:
    """Follows an artifact back to the data and the config, and forward to what came of it."""
    from pipeline.commands.inspect import show_lineage

    show_lineage(artifact, workspace, as_json)


@inspect.command("diff")
def inspect_diff(
    first: Run, second: Run, workspace: Workspace = Path("workspace"), as_json: Json = False
) -> None:
    """Holds two runs against each other: config, data, metrics, and the pictures on which they disagree."""
    from pipeline.commands.inspect import show_diff

    show_diff(first, second, workspace, as_json)
