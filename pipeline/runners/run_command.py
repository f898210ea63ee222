"""`pipeline_runner.py run`: checks the input, runs the pipeline, tells what came of it.

The input is checked before TensorFlow is imported; whatever ends the run, its folder tells of it.
"""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from components import progress
from components.compact_json import compact_json
from components.trainer.cluster import check_alone, cluster_of
from data import solar_cells
from pipeline.config import Config
from pipeline.config_file import dump_config, load_config
from pipeline.errors import DatabaseAwayError
from pipeline.metadata.limits import check_fits
from pipeline.metadata.store import address_of, bind, claim_run, connection_of
from pipeline.nodes import check_range, nodes_of
from pipeline.runners.failures import first_line, input_error
from pipeline.runners.input_checks import check_input
from pipeline.runners.interrupts import insistent_interrupts
from pipeline.runners.quiet import logging_to
from pipeline.runners.report_text import print_summary
from pipeline.runners.summary import NotStarted, Runner, Status, Summary, summarise, write_summary
from pipeline.runners.view import NodesView
from pipeline.visible import visible
from pipeline.whole_file import write_whole
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.runners.local import LocalRunner

DONE, FAILED, NOT_BLESSED, INTERRUPTED = 0, 1, 3, 130
CODES = {"pushed": DONE, "stopped": DONE, "failed": FAILED, "not_blessed": NOT_BLESSED}
"""The exit code of a run that ended, by its status."""

Report = Callable[[Workspace, str], Path]
"""Writes the report of a run, given its id, and returns where it is: it stands above this layer."""


@dataclass(frozen=True)
class Request:
    """The command's arguments."""

    config: Path | None
    data: str | None
    workspace: Path
    overrides: tuple[str, ...]
    start: str | None
    stop: str | None
    as_json: bool
    verbose: bool


def run_command(request: Request, report: Report | None = None) -> int:
    """Runs the pipeline once.

    Args:
        request: the command's arguments.
        report: called at the end of a run that was evaluated.

    Returns:
        The exit code: 0 pushed (now or before) or stopped where asked to, 3 not blessed, 1 failed,
        130 interrupted.

    Raises:
        InputError: the user's input is wrong.
    """
    started = time.monotonic()
    workspace = Workspace(Path(os.path.realpath(request.workspace)))
    config = load_config(request.config, request.data, request.overrides)
    is_policy = config.task == "reinforcement"
    check_range(request.start, request.stop, nodes_of(config), is_policy=is_policy)
    check_alone(cluster_of(os.environ))
    check_input(config)
    try:
        summary = _run(request, config, workspace, started, report)
    except Exception as error:
        wrong = input_error(error, workspace)
        if wrong:
            raise wrong from error
        print(f"failed: {visible(first_line(error))}", file=sys.stderr)
        # A database that is away has said all there is, maybe before there was a log.
        if not isinstance(error, DatabaseAwayError):
            print(f"traceback in log.txt of the newest run in {workspace.runs}", file=sys.stderr)
        return FAILED
    if request.as_json:
        print(compact_json(summary))
    return CODES[summary["status"]]


def _run(
    request: Request, config: Config, workspace: Workspace, started: float, report: Report | None
) -> Summary:
    with workspace.locked():
        settle(config, workspace)
        run = workspace.new_run(lambda run_id: claim_run(workspace, run_id))
        write_whole(run / "config.yaml", dump_config(config))
        with logging_to(run / "log.txt", request.verbose) as screen:
            console = Console(file=screen)
            if config.data.source == "solar_cells":
                console.print(solar_cells.LICENCE, style="dim", highlight=False, soft_wrap=True)
            summary = _Session(config, workspace, run, console, started).run(request)
            if report is not None and summary["evaluation"]:
                offer_report(report, workspace, run.name, console)
            return summary


def settle(config: Config, workspace: Workspace) -> None:
    """Where the metadata of a run are kept, before anything of it is written.

    Raises:
        InputError: as `bind`; or something does not fit into the database.
        DatabaseAwayError: as `bind`.
    """
    settings = {**config.model_dump(mode="json"), "--workspace": str(workspace.root)}
    check_fits(settings, address_of(workspace) or config.metadata.address)
    bind(workspace, config.metadata, config.name)


def offer_report(report: Report, workspace: Workspace, run_id: str, console: Console) -> None:
    """The run is over, and has told of itself: a report that fails must not change how it ended."""
    try:
        console.print(Text(f"report {report(workspace, run_id)}", "dim"), soft_wrap=True)
    except Exception as error:
        logging.exception("the report failed")
        line = f"the report could not be written: {first_line(error)}. The run itself is whole."
        console.print(Text(line, "yellow"), soft_wrap=True)


class _Session:
    """One run with its folder, its screen, and whatever ends it."""

    def __init__(
        self, config: Config, workspace: Workspace, run: Path, console: Console, started: float
    ) -> None:
        self._config = config
        self._workspace = workspace
        self._run = run
        self._console = console
        self._started = started

    def run(self, request: Request) -> Summary:
        """Returns the summary, which is also written and printed; a failure is written, logged, raised."""
        runner: Runner = NotStarted(nodes_of(self._config))
        try:
            with insistent_interrupts():
                with self._console.status("loading TensorFlow and TFX"):
                    runner = local = self._build()
                local.view = view = NodesView(local.node_ids, self._console, live=not request.verbose)
                with view, progress.listening(view):
                    local.run(request.start, request.stop)
            return self._summarise(runner)
        except KeyboardInterrupt:
            self._interrupt(runner)
            raise
        except Exception as error:
            logging.exception("the run failed")
            reason = first_line(input_error(error, self._workspace) or error)
            with contextlib.suppress(Exception):  # the first error counts; a full disk takes no summary
                self._summarise(runner, "failed", reason)
            raise

    def _build(self) -> "LocalRunner":
        from pipeline.pipeline import create_pipeline
        from pipeline.runners.leftovers import clear_leftovers
        from pipeline.runners.local import LocalRunner

        connection = connection_of(self._workspace, is_read_only=False)
        for folder in clear_leftovers(self._workspace, connection):
            logging.info("removed what a killed run left: %s", folder)
        pipeline = create_pipeline(self._config, self._workspace, connection)
        patience = self._config.metadata.patience_seconds
        return LocalRunner(pipeline, self._run.name, patience_seconds=patience)

    def _summarise(self, runner: Runner, status: Status | None = None, error: str | None = None) -> Summary:
        seconds = time.monotonic() - self._started
        summary = summarise(runner, self._config, self._run.name, seconds, status, error)
        write_summary(summary, self._run)
        if status is None:
            print_summary(summary, self._console)
        return summary

    def _interrupt(self, runner: Runner) -> None:
        """Ends the process at once: Beam's threads would work on for minutes before Python ends."""
        try:
            with contextlib.suppress(Exception):  # a full disk takes no summary
                self._summarise(runner, "stopped")
            self._console.print("stopped; run the same command again to go on from here.")
            sys.stdout.flush()
        finally:
            os._exit(INTERRUPTED)
