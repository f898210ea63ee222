"""Graft's command line. `python pipeline_runner.py` trains, judges and pushes a model on the sample data.

Nothing heavy is imported here: `--help` and wrong input answer at once, TensorFlow and TFX are loaded
by the commands that need them.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.exceptions import TyperException

from pipeline.commands.compile_app import compile_for
from pipeline.commands.inspect_app import inspect
from pipeline.commands.metadata_app import metadata
from pipeline.commands.node_app import finish, node
from pipeline.commands.options import Config, Data, Json, Overrides, Run, Workspace
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.workspace import Workspace as RunWorkspace

app = typer.Typer(
    help="Transfer learning for images as a reproducible TFX pipeline.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(inspect, name="inspect", no_args_is_help=True)
app.add_typer(compile_for, name="compile", no_args_is_help=True)
app.add_typer(metadata, name="metadata", no_args_is_help=True)


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Without a command: `run`, on the sample data."""
    if context.invoked_subcommand is None:
        context.exit(_run_pipeline())


@app.command()
def run(
    config: Config = None,
    data: Data = None,
    workspace: Workspace = Path("workspace"),
    overrides: Overrides = None,
    start: Annotated[str | None, typer.Option("--from", metavar="NODE", help="Run again from here.")] = None,
    stop: Annotated[str | None, typer.Option("--to", metavar="NODE", help="Stop after this node.")] = None,
    as_json: Json = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show the logs as well.")] = False,
) -> None:
    """Runs the pipeline: pictures to a pushed model. What did not change is not done again."""
    raise typer.Exit(_run_pipeline(config, data, workspace, overrides or [], start, stop, as_json, verbose))


@app.command()
def predict(
    paths: Annotated[
        list[Path], typer.Argument(help="Pictures, folders, patterns; - for paths from standard input.")
    ],
    workspace: Workspace = Path("workspace"),
    model: Annotated[Path | None, typer.Option(help="A SavedModel, or a folder of versions.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many classes to name.")] = 1,
    abstain_below: Annotated[
        float, typer.Option(min=0, max=1, help="The least probability of an answer that is given.")
    ] = 0.0,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV to standard output.")] = False,
    as_json: Json = False,
    explain: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Draw there where the evidence for each answer lies.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write JSON lines there, through Beam; for very many.")
    ] = None,
    beam_flags: Annotated[
        list[str] | None, typer.Option("--beam", metavar="FLAG", help="A flag of Beam's, beside --output.")
    ] = None,
) -> None:
    """Names what is on new pictures, with the newest pushed model."""
    from pipeline.commands.predict import Request, predict_command

    if as_csv and (as_json or top > 1):
        raise InputError("--csv has one answer a picture: use it without --json and --top.")
    if output and (as_csv or as_json or explain):
        raise InputError("--output writes JSON lines: use it without --csv, --json and --explain.")
    if beam_flags and not output:
        raise InputError("--beam says where --output is computed: use it with --output DIR.")
    form: Literal["table", "csv", "json"] = "json" if as_json else "csv" if as_csv else "table"
    request = Request(
        paths, workspace, model, top, abstain_below, form, explain, output, tuple(beam_flags or ())
    )
    raise typer.Exit(predict_command(request))


@app.command()
def data(
    path: Annotated[
        str | None, typer.Argument(help="Folder, manifest, TFRecords or tar shards; else the config's.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with a `data` section.")] = None,
    overrides: Overrides = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw a contact sheet into this PNG file.")] = None,
    as_json: Json = False,
) -> None:
    """Reads and judges a data set without training: classes, splits, findings."""
    from pipeline.commands.data import data_command

    raise typer.Exit(data_command(path, config, overrides or [], sheet, as_json))


@app.command()
def report(run_id: Run = "last", workspace: Workspace = Path("workspace")) -> None:
    """Writes one HTML file that shows a run, and its model card; prints where the file is."""
    from pipeline.commands.report import report_command

    report_command(run_id, workspace)


@app.command()
def serving(workspace: Workspace = Path("workspace"), as_json: Json = False) -> None:
    """Lists the pushed versions, with their metrics and the runs that made them."""
    from pipeline.commands.serving import show_versions

    show_versions(workspace, as_json)


@app.command()
def rollback(
    version: Annotated[str | None, typer.Argument(help="The one before the newest if left out.")] = None,
    name: Annotated[str | None, typer.Option(help="Of the model, where several are served.")] = None,
    workspace: Workspace = Path("workspace"),
) -> None:
    """Makes an earlier version the newest again; nothing is deleted."""
    from pipeline.commands.serving import rollback_command

    rollback_command(version, name, workspace)


@app.command()
def suspects(
    run_id: Run = "last",
    workspace: Workspace = Path("workspace"),
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all labels there, as a manifest to correct.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Lists the labels that look wrong, the surest first."""
    from pipeline.commands.suspects import suspects_command

    suspects_command(run_id, workspace, csv, as_json)


@app.command()
def schema(
    workspace: Workspace = Path("workspace"),
    name: Annotated[str | None, typer.Option(help="Pipeline; the one that ran last if left out.")] = None,
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("schema.pbtxt"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Freezes what the last run saw into a schema to review, for `schema_gen.file`."""
    from pipeline.commands.schema import schema_command

    raise typer.Exit(schema_command(workspace, name, output, force))


@app.command()
def backbones(as_json: Json = False) -> None:
    """Lists the pre-trained models to choose from, and whether their weights are here."""
    from pipeline.commands.backbones import backbones_command

    raise typer.Exit(backbones_command(as_json))


@app.command()
def doctor(workspace: Workspace = Path("workspace"), as_json: Json = False) -> None:
    """Looks at this machine, what is installed and the workspace: can a run work here?"""
    from pipeline.commands.doctor import doctor_command

    doctor_command(workspace, as_json)


app.command()(node)
app.command()(finish)


def _run_pipeline(
    config: Path | None = None,
    data: str | None = None,
    workspace: Path = Path("workspace"),
    overrides: list[str] | None = None,
    start: str | None = None,
    stop: str | None = None,
    as_json: bool = False,
    verbose: bool = False,
) -> int:
    from pipeline.runners.run_command import Request, run_command

    request = Request(config, data, workspace, tuple(overrides or ()), start, stop, as_json, verbose)
    return run_command(request, _write_report)


def _write_report(workspace: "RunWorkspace", run_id: str) -> Path:
    from pipeline.commands.report import write_report  # seconds of charts, which a run need not wait for

    return write_report(workspace, run_id)


def cli() -> int:
    """Runs the command line and returns its exit code; wrong input is one line on standard error."""
    try:
        return int(app(standalone_mode=False) or 0)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except TyperException as error:
        print(f"error: {error.format_message()} See --help.", file=sys.stderr)
        return int(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # Whoever read us has gone; Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(cli())
