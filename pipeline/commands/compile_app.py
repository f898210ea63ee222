"""`compile` and what a pipeline can be compiled for; each is done by its runner, imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Config, Data, Overrides, Workspace

compile_for = typer.Typer(help="Writes the pipeline as a file that another orchestrator runs.")


@compile_for.command("airflow")
def compile_airflow(
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="The DAG to write, .py; its config beside it.")
    ],
    config: Config = None,
    data: Data = None,
    workspace: Workspace = Path("workspace"),
    overrides: Overrides = None,
) -> None:
    """Writes a DAG for Airflow 3; see docs/airflow.md."""
    from pipeline.runners.airflow_command import airflow_command

    airflow_command(config, data, workspace, overrides or [], output)


@compile_for.command("kubeflow")
def compile_kubeflow(
    output: Annotated[Path, typer.Option(metavar="FILE", help="The file to write, .yaml.")],
    config: Config = None,
    data: Data = None,
    overrides: Overrides = None,
) -> None:
    """Writes the pipeline spec that Kubeflow Pipelines 2 runs; see docs/kubeflow.md."""
    from pipeline.runners.kubeflow_command import kubeflow_command

    raise typer.Exit(kubeflow_command(config, data, overrides or [], output))
