"""`pipeline_runner.py predict`: the answers as a table, as CSV, or as JSON lines."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.measure import Measurement
from rich.progress import track
from rich.table import Table
from rich.text import Text

from components.csv_writer import csv_writer
from pipeline.prediction.explain_folder import ExplainFolder
from pipeline.prediction.paths import PictureFile, find_model, find_pictures, named_paths
from pipeline.prediction.predict import Prediction, predict
from pipeline.visible import visible

Form = Literal["table", "csv", "json"]
_UNREADABLE = 2


@dataclass(frozen=True)
class Request:
    """The command's arguments.

    Attributes:
        paths: pictures, folders, patterns; `-` for paths from standard input.
        workspace: whose newest model is asked.
        model: the one to ask instead.
        top: how many classes to name.
        abstain_below: the least probability of an answer that is given.
        form: `table`, `csv` or `json` (a line a picture).
        explain: the folder for pictures that explain the answers, if they are wanted.
        output: the folder for lines of JSON, written through Beam, in place of printing them.
        beam_flags: Beam's own; none: in this process.
    """

    paths: Sequence[Path]
    workspace: Path
    model: Path | None = None
    top: int = 1
    abstain_below: float = 0.0
    form: Form = "table"
    explain: Path | None = None
    output: Path | None = None
    beam_flags: Sequence[str] = ()


def predict_command(request: Request) -> int:
    """Predicts and prints.

    Returns:
        The exit code: 0, or 2 if a picture could not be read; the others are answered all the same.

    Raises:
        InputError: no such path, no picture, a folder that cannot be read, no usable model, or a folder for
            explanations that cannot be written to.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # names of files are bytes
    pictures = find_pictures(named_paths(request.paths, sys.stdin))
    saved_model = find_model(request.workspace, request.model)
    explanations = ExplainFolder(request.explain) if request.explain else None
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A letter that the terminal's encoding lacks costs the letter, not the answers.
        sys.stdout.reconfigure(errors="backslashreplace")
    if request.output:
        unreadable = _write_all(request, request.output, saved_model, pictures)
    else:
        answers = predict(saved_model, pictures, request.top, request.abstain_below, explanations)
        watched = _watched(answers, len(pictures), request.form)
        unreadable = _PRINTERS[request.form](watched, explanations is not None)
    if unreadable:
        print(f"{unreadable} of {len(pictures)} pictures could not be read", file=sys.stderr)
    return _UNREADABLE if unreadable else 0


def _write_all(request: Request, output: Path, model: Path, pictures: Sequence[PictureFile]) -> int:
    """Lines in files, through Beam; returns how many pictures could not be read."""
    from pipeline.prediction.bulk import LOCAL, bulk_predict  # Beam takes seconds to import

    flags = request.beam_flags or LOCAL
    counts = bulk_predict(model, pictures, output, request.top, request.abstain_below, flags)
    print(f"{counts.answered} pictures answered: {output}")
    return counts.unreadable


def _watched(predictions: Iterable[Prediction], total: int, form: Form) -> Iterable[Prediction]:
    """Draws a bar on standard error, where somebody looks and sees no answers meanwhile."""
    console = Console(stderr=True)
    is_silent = form == "table" or not sys.stdout.isatty()
    return track(
        predictions,
        "pictures",
        total,
        console=console,
        transient=True,
        disable=not (console.is_terminal and is_silent),
    )


def _print_lines(predictions: Iterable[Prediction], is_explained: bool) -> int:
    """JSON, a line a picture, as soon as it is answered; returns how many could not be read."""
    unreadable = 0
    for prediction in predictions:
        unreadable += prediction.error is not None
        print(prediction.as_json(), flush=True)
    return unreadable


def _print_csv(predictions: Iterable[Prediction], is_explained: bool) -> int:
    """A row a picture, with a header; returns how many could not be read."""
    unreadable = 0
    rows = csv_writer(sys.stdout)
    rows.writerow(("path", "label", "probability", "error", *(["explanation"] if is_explained else [])))
    for prediction in predictions:
        unreadable += prediction.error is not None
        probability = prediction.scores[0][1] if prediction.scores else ""
        explanation = [prediction.explanation or ""] if is_explained else []
        rows.writerow(
            (prediction.path, prediction.label or "", probability, prediction.error or "", *explanation)
        )
    return unreadable


def _print_all(predictions: Iterable[Prediction], is_explained: bool) -> int:
    """The table, once all are answered; returns how many could not be read."""
    done = list(predictions)
    print_table(done, Console(), is_explained)
    return sum(prediction.error is not None for prediction in done)


_PRINTERS: dict[Form, Callable[[Iterable[Prediction], bool], int]] = {
    "table": _print_all,
    "csv": _print_csv,
    "json": _print_lines,
}


def print_table(predictions: Sequence[Prediction], console: Console, is_explained: bool = False) -> None:
    """A line a score. Nothing is cut: a terminal folds what is too long, a pipe gets it on one line."""
    table = _table(predictions, is_explained)
    if not console.is_terminal:
        unbounded = console.options.update(max_width=sys.maxsize)
        console.width = Measurement.get(console, unbounded, table).maximum
    console.print(table)


def _table(predictions: Sequence[Prediction], is_explained: bool) -> Table:
    table = Table(box=None)
    for column, justify in (("picture", "left"), ("label", "left"), ("probability", "right")):
        table.add_column(column, justify=justify, overflow="fold")  # type: ignore[arg-type]
    if is_explained:
        table.add_column("explanation", overflow="fold")
    for prediction in predictions:
        path = visible(prediction.path)
        if prediction.error:
            table.add_row(Text(path), Text(visible(prediction.error), "red"), "")
        for rank, (label, probability) in enumerate(prediction.scores):
            name = Text(visible(label))
            if not rank and not prediction.is_sure:
                name.append(" ?", "yellow")
            explanation = (
                [Text("" if rank else visible(prediction.explanation or ""))] if is_explained else []
            )
            table.add_row(Text("" if rank else path), name, f"{probability:.4f}", *explanation)
    return table
