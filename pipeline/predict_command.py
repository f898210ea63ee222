"""`pipeline_runner.py predict`: the answers as a table, or as JSON lines."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.predict import Prediction, find_model, find_pictures, predict

_UNREADABLE = 2


def predict_command(
    paths: Sequence[Path], workspace: Path, model: Path | None, top: int, as_json: bool
) -> int:
    """Predicts and prints.

    Returns:
        The exit code: 0, or 2 if a picture could not be read; the others are answered all the same.

    Raises:
        InputError: no such path, no picture, or no model.
    """
    pictures = find_pictures(paths)
    saved_model = find_model(workspace, model)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # C++ chatter would mix with the answers
    predictions = predict(saved_model, pictures, top)
    failed = 0
    if as_json:
        for prediction in predictions:
            failed += prediction.error is not None
            print(prediction.as_json(), flush=True)
    else:
        done = list(predictions)
        failed = sum(prediction.error is not None for prediction in done)
        Console().print(_table(done))
    if failed:
        print(f"{failed} of {len(pictures)} pictures could not be read", file=sys.stderr)
    return _UNREADABLE if failed else 0


def _table(predictions: Sequence[Prediction]) -> Table:
    table = Table(box=None)
    for column, justify in (("picture", "left"), ("label", "left"), ("probability", "right")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for prediction in predictions:
        if prediction.error:
            table.add_row(Text(prediction.path), Text(prediction.error, "red"), "")
        for rank, (label, probability) in enumerate(prediction.scores):
            table.add_row(Text("" if rank else prediction.path), Text(label), f"{probability:.4f}")
    return table
