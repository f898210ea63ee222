"""`pipeline_runner.py run`: checks the input, runs the pipeline, tells what came of it.

Everything that can be wrong with the input is asked before TensorFlow is imported, so that a mistake
costs a moment and not a minute.
"""

import contextlib
import errno
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from components.backbone import get_backbone
from components.backbone.cut import cut_for
from components.example_gen.sources import list_rows, slice_names
from data import solar_cells
from pipeline.config import Config
from pipeline.config_file import dump_config, load_config
from pipeline.errors import InputError
from pipeline.runners.quiet import logging_to
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.runners.local import LocalRunner

DONE, FAILED, NOT_BLESSED, INTERRUPTED = 0, 1, 3, 130


@dataclass(frozen=True)
class Request:
    """The command's arguments."""

    config: Path | None
    data: Path | None
    workspace: Path
    overrides: tuple[str, ...]
    start: str | None
    stop: str | None
    as_json: bool
    verbose: bool


def run_command(request: Request) -> int:
    """Runs the pipeline once.

    Returns:
        The exit code: 0 pushed (now or before) or stopped where asked to, 3 not blessed, 1 failed,
        130 interrupted.

    Raises:
        InputError: the user's input is wrong.
    """
    started = time.monotonic()
    config = load_config(request.config, request.data, request.overrides)
    _check_input(config)
    workspace = Workspace(Path(os.path.realpath(request.workspace)))
    try:
        summary = _run(request, config, workspace, started)
    except Exception as error:
        wrong = _input_error(error, workspace)
        if wrong:
            raise wrong from error
        print(f"failed: {_first_line(error)}", file=sys.stderr)
        print(f"traceback in log.txt of the newest run in {workspace.runs}", file=sys.stderr)
        return FAILED
    if request.as_json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    return {"pushed": DONE, "stopped": DONE, "not_blessed": NOT_BLESSED}[summary["status"]]


def _run(request: Request, config: Config, workspace: Workspace, started: float) -> dict[str, Any]:
    with workspace.locked():
        run = workspace.new_run()
        (run / "config.yaml").write_text(dump_config(config), encoding="utf-8")
        with logging_to(run / "log.txt", request.verbose) as screen:
            console = Console(file=screen)
            if config.data.source == "solar_cells":
                console.print(solar_cells.LICENCE, style="dim", highlight=False, soft_wrap=True)
            return _Session(config, workspace, run, console, started).run(request)


def _check_input(config: Config) -> None:
    """Raises InputError for whatever the nodes would stumble over later."""
    backbone = get_backbone(config.backbone.name)
    cut_for(backbone, (phase.unfreeze for phase in config.trainer.phases))
    backbone.check_weights()
    known = slice_names(list_rows(config.data))
    thresholds = [threshold.slice.partition("=")[0] for threshold in config.evaluator.thresholds]
    for name in (*config.evaluator.slices, *thresholds):
        if name not in (*known, "overall", "label"):
            raise InputError(
                f"`evaluator` names slice `{name}`, which the data does not have. "
                f"It has: {', '.join(known) or 'none'}."
            )


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

    def run(self, request: Request) -> dict[str, Any]:
        """Returns the summary, which is also written and printed; a failure is written, logged, raised."""
        from components import progress
        from pipeline.runners.view import NodesView

        with self._console.status("loading TensorFlow and TFX"):
            runner = self._build()
        view = NodesView(runner.node_ids, self._console, live=not request.verbose)
        runner.view = view
        try:
            with view, progress.listening(view):
                runner.run(request.start, request.stop)
            return self._summarise(runner)
        except KeyboardInterrupt:
            self._interrupt(runner)
            raise
        except Exception:
            logging.exception("the run failed")
            with contextlib.suppress(Exception):  # the first error counts; a full disk takes no summary
                self._summarise(runner, "failed")
            raise

    def _build(self) -> "LocalRunner":
        from tfx.orchestration import metadata

        from pipeline.pipeline import create_pipeline
        from pipeline.runners.local import LocalRunner

        connection = metadata.sqlite_metadata_connection_config(str(self._workspace.metadata))
        return LocalRunner(create_pipeline(self._config, self._workspace, connection), self._run.name)

    def _summarise(self, runner: "LocalRunner", status: Any = None) -> dict[str, Any]:
        from pipeline.runners.report_text import print_summary
        from pipeline.runners.summary import summarise, write_summary

        seconds = time.monotonic() - self._started
        summary = summarise(runner, self._config, self._run.name, seconds, status)
        write_summary(summary, self._run)
        if status is None:
            print_summary(summary, self._console)
        return summary

    def _interrupt(self, runner: "LocalRunner") -> None:
        """Ends the process at once: Beam's threads would work on for minutes before Python ends."""
        self._summarise(runner, "stopped")
        self._console.print("stopped; run the same command again to go on from here.")
        sys.stdout.flush()
        os._exit(INTERRUPTED)


def _input_error(error: BaseException, workspace: Workspace) -> InputError | None:
    """The user's mistake behind `error`, if there is one: Beam and TFX wrap what they raise."""
    for cause in _causes(error):
        if isinstance(cause, InputError):
            return cause
        is_full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
        if is_full or "No space left on device" in str(cause) or "disk is full" in str(cause):
            return InputError(
                f"the disk that holds workspace `{workspace.root}` is full. Free space, or choose another "
                "with --workspace DIR; the finished nodes are kept."
            )
        if isinstance(cause, OSError) and cause.errno in (errno.EACCES, errno.EROFS):
            return InputError(f"`{cause.filename}` cannot be used: {cause.strerror}.")
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
