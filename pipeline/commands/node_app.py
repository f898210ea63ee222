"""`node` and `finish`: what an orchestrator calls that gives each node a process of its own."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Data, Json, Overrides, Workspace


def node(
    name: Annotated[str, typer.Argument(metavar="NODE", help="Such as Trainer.")],
    run_id: Annotated[str, typer.Option(help="The run that it is part of; its first node makes it.")],
    config: Annotated[Path | None, typer.Option(help="YAML file; the sample's if left out.")] = None,
    data: Data = None,
    workspace: Workspace = Path("workspace"),
    overrides: Overrides = None,
) -> None:
    """Runs one node, for an orchestrator; `finish` comes last."""
    from pipeline.runners.node_command import Request, node_command

    raise typer.Exit(node_command(Request(name, run_id, config, data, workspace, tuple(overrides or ()))))


def finish(
    run_id: Annotated[str, typer.Option(help="The run whose nodes are done.")],
    workspace: Workspace = Path("workspace"),
    as_json: Json = False,
) -> None:
    """Tells what came of a run whose nodes were run by `node`: summary, report, exit code."""
    from pipeline.commands.report import write_report
    from pipeline.runners.node_command import finish_command

    raise typer.Exit(finish_command(workspace, run_id, as_json, write_report))
