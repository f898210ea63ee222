"""`compile` and what a pipeline can be compiled for; each is done by its runner, imported when it is."""

from pathlib import Path
from typing import Annotated

import typer

compile_for = typer.Typer(help="Writes the pipeline as a file that another orchestrator runs.")


@compile_for.command("kubeflow")
def compile_kubeflow(
    output: Annotated[Path, typer.Option(metavar="FILE", help="The file to write, .yaml.")],
    config: Annotated[Path | None, typer.Argument(help="YAML file; the sample's if left out.")] = None,
    data: Annotated[str | None, typer.Option(help="Pictures, as the pods see them.")] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a setting.")
    ] = None,
) -> None:
    """Writes the pipeline spec that Kubeflow Pipelines 2 runs; see docs/kubeflow.md."""
    from pipeline.runners.kubeflow_command import kubeflow_command

    raise typer.Exit(kubeflow_command(config, data, overrides or [], output))
