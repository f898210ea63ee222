"""What the Evaluator found, as tables and lines for the terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from components.evaluator.known import known
from components.evaluator.slices import OVERALL
from pipeline.visible import visible

_CONFUSION_CLASSES = 6
_MISTAKES_SHOWN = 5
_WIDEST = 10_000


def slice_table(evaluation: dict[str, Any], with_intervals: bool = True) -> Table:
    """Accuracy, its interval, and macro averages, a slice a row."""
    numbers = ("pictures", "accuracy", *(["95 %"] if with_intervals else []), "precision", "recall", "F1")
    table = table_of("slice", numbers, f"{evaluation['split']} split")
    for name, scores in {OVERALL: evaluation, **evaluation["slices"]}.items():
        values = (f"{scores[key]:.4f}" for key in ("macro_precision", "macro_recall", "macro_f1"))
        interval = [interval_text(scores["intervals"]["accuracy"])] if with_intervals else []
        table.add_row(
            Text(visible(name)), str(scores["examples"]), f"{scores['accuracy']:.4f}", *interval, *values
        )
    return table


def class_table(evaluation: dict[str, Any], with_confusion: bool = True) -> Table:
    """Precision, recall and F1 of each class, and what it was taken for if the classes are few."""
    labels = evaluation["labels"]
    shown = labels if with_confusion and len(labels) <= _CONFUSION_CLASSES else []
    table = table_of("class", ("pictures", "precision", "recall", "F1"))
    for label in shown:
        table.add_column(Text(f"as {visible(label)}"), justify="right", style="dim", no_wrap=True)
    for index, label in enumerate(labels):
        scores = evaluation["per_class"][label]
        values = (_figure(known(scores, key)) for key in ("precision", "recall", "f1"))
        taken_for = (str(count) for count in evaluation["confusion"][index]) if shown else ()
        table.add_row(Text(visible(label)), str(scores["support"]), *values, *taken_for)
    return table


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def calibration_line(calibration: dict[str, Any]) -> Text:
    """How far the probabilities can be believed, beside what chance does to perfect ones."""
    before = (
        f", {calibration['ece_uncalibrated']:.3f} before scaling" if calibration["temperature"] != 1 else ""
    )
    _, high = calibration["band_95"]
    chance = f"a perfectly calibrated model would show up to {high:.3f}"
    return Text(f"calibration: expected error {calibration['ece']:.3f}{before}; {chance}")


def comparison_line(comparison: dict[str, Any]) -> Text:
    """What was won and lost against the last blessed model, and whether that is more than chance."""
    won, lost = len(comparison["won"]), len(comparison["lost"])
    difference = f"accuracy {comparison['difference']:+.4f} ({interval_text(comparison['interval'])})"
    p_value = f"by chance alone as far apart {_times(comparison['p_value'])}"
    return Text(f"against the last blessed model: {won} won, {lost} lost, {difference}; {p_value}")


def failures_view(blessing: dict[str, Any]) -> RenderableType:
    """The bounds that did not hold, the surest mistakes that cost them, and what was not judged."""
    parts: list[RenderableType] = []
    if blessing.get("failures"):
        parts += [_failure_table(blessing["failures"]), Text(), *_mistakes(blessing["failures"])]
    return Group(*parts, *(Text(visible(line), "yellow") for line in blessing.get("not_judged", ())))


def _failure_table(failures: Sequence[dict[str, Any]]) -> Table:
    has_baseline = any(failure["baseline"] is not None for failure in failures)
    last = ["last blessed"] if has_baseline else []
    table = table_of("did not hold", ("value", "95 %", "bound", *last, "pictures"))
    for failure in failures:
        of_class = f" of {failure['label']}" if failure["label"] else ""
        interval = interval_text(failure["interval"]) if failure["interval"] else ""
        table.add_row(
            Text(visible(f"{failure['metric']}{of_class} on {failure['slice']}")),
            _number(failure["value"]),
            interval,
            f"{failure['rule'].replace('_', ' ')} {failure['bound']:.4f}",
            *([_number(failure["baseline"])] if has_baseline else []),
            str(failure["examples"]),
        )
    return table


def _mistakes(failures: Sequence[dict[str, Any]]) -> list[Text]:
    pictures = {each["path"]: each for failure in failures for each in failure["pictures"]}
    surest = sorted(pictures.values(), key=lambda each: -each["probability"])[:_MISTAKES_SHOWN]
    lines = (
        f"  {each['path']}: {each['label']}, taken for {each['answer']} at {each['probability']:.3f}"
        for each in surest
    )
    shown = [Text(visible(line)) for line in lines]
    return [Text("its surest mistakes there:"), *shown, Text()] if shown else []


def print_widest(console: Console, *tables: Table) -> None:
    """Prints the first that fits, else the last."""
    console.print(next((table for table in tables if width(table, console) <= console.width), tables[-1]))


def width(table: Table, console: Console) -> int:
    """What the table would take if there was room; on its own, rich counts the room that there is."""
    return console.measure(table, options=console.options.update(max_width=_WIDEST)).maximum


def table_of(first: str, numbers: Sequence[str], title: str | None = None) -> Table:
    """A table whose first column gives way where the screen is narrow, and loses nothing."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def interval_text(ends: Sequence[float]) -> str:
    """Both ends of an interval."""
    return f"{ends[0]:.3f} to {ends[1]:.3f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _times(p_value: float) -> str:
    """A p-value in words."""
    return "less than once in 1,000 times" if p_value < 0.001 else f"{1000 * p_value:.0f} times in 1,000"
