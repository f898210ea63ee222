"""`pipeline_runner.py predict`: the answers as a table, or as JSON lines."""

import io
import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from pipeline.predict import Prediction, predict
from pipeline.predict_paths import find_model, find_pictures

_UNREADABLE = 2
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories that break a line, steer a terminal, or (bytes that are no UTF-8) cannot be printed."""


def predict_command(
    paths: Sequence[Path], workspace: Path, model: Path | None, top: int, as_json: bool
) -> int:
    """Predicts and prints.

    Returns:
        The exit code: 0, or 2 if a picture could not be read; the others are answered all the same.

    Raises:
        InputError: no such path, no picture, a folder that cannot be read, or no usable model.
    """
    pictures = find_pictures(paths)
    saved_model = find_model(workspace, model)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A letter that the terminal's encoding lacks costs the letter, not the answers.
        sys.stdout.reconfigure(errors="backslashreplace")
    predictions = predict(saved_model, pictures, top)
    failed = 0
    if as_json:
        for prediction in predictions:
            failed += prediction.error is not None
            print(prediction.as_json(), flush=True)
    else:
        done = list(predictions)
        failed = sum(prediction.error is not None for prediction in done)
        print_table(done, Console())
    if failed:
        print(f"{failed} of {len(pictures)} pictures could not be read", file=sys.stderr)
    return _UNREADABLE if failed else 0


def print_table(predictions: Sequence[Prediction], console: Console) -> None:
    """A line a score. Nothing is cut: a terminal folds what is too long, a pipe gets it on one line."""
    table = _table(predictions)
    if not console.is_terminal:
        unbounded = console.options.update(max_width=sys.maxsize)
        console.width = Measurement.get(console, unbounded, table).maximum
    console.print(table)


def _table(predictions: Sequence[Prediction]) -> Table:
    table = Table(box=None)
    for column, justify in (("picture", "left"), ("label", "left"), ("probability", "right")):
        table.add_column(column, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for prediction in predictions:
        path = _printable(prediction.path)
        if prediction.error:
            table.add_row(Text(path), Text(_printable(prediction.error), "red"), "")
        for rank, (label, probability) in enumerate(prediction.scores):
            table.add_row(Text("" if rank else path), Text(_printable(label)), f"{probability:.4f}")
    return table


def _printable(text: str) -> str:
    return "".join(
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _UNPRINTABLE else letter
        for letter in text
    )
