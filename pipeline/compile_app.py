"""`compile` and the orchestrators that it writes for; each is imported when it is asked for."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.command_options import Config, Data, Overrides, Workspace

compile_app = typer.Typer(help="Writes the pipeline down for an orchestrator.")


@compile_app.command("airflow")
def compile_airflow(
    output: Annotated[Path, typer.Option(help="The Python file to write, in Airflow's folder of DAGs.")],
    config: Config = None,
    data: Data = None,
    workspace: Workspace = Path("workspace"),
    overrides: Overrides = None,
) -> None:
    """Writes a DAG for Airflow 3: a task a node."""
    from pipeline.compile_command import airflow_command

    airflow_command(config, data, workspace, overrides or [], output)
