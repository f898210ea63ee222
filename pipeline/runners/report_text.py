"""The end of a run in the terminal: data, phases, slices, verdict."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.evaluator.slices import OVERALL
from components.features import LABEL
from pipeline.data_text import print_data_set

_ANOMALIES_SHOWN = 5
_CONFUSION_CLASSES = 6
_WIDEST = 10_000


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Prints a summary for a person; `summary` as `pipeline.runners.summary` makes it."""
    console.print()
    if summary["data"]:
        print_data_set(summary["data"], console)
        _print_anomalies(summary["data"].get("anomalies", []), console)
        console.print()
    for phase in summary["training"]:
        accuracy = f"accuracy on eval {phase['eval_accuracy']:.4f}"
        console.print(Text(f"phase {phase['name']}: {phase['epochs']} epochs, {accuracy}"))
    if summary["evaluation"]:
        console.print()
        console.print(slice_table(summary["evaluation"]))
        console.print()
        table = class_table(summary["evaluation"])
        is_whole = _width(table, console) <= console.width
        console.print(table if is_whole else class_table(summary["evaluation"], with_confusion=False))
        console.print()
        console.print(calibration_line(summary["evaluation"]["calibration"]))
        console.print()
    is_prose = summary["status"] == "not_blessed" and console.is_terminal
    console.print(verdict(summary), soft_wrap=not is_prose)  # paths stay whole, and so do reasons in a pipe
    seconds = f"{summary['wall_seconds']:.1f} s, of which {summary['overhead_seconds']:.1f} s outside of the"
    console.print(Text(f"{seconds} nodes; peak memory {summary['peak_rss_mib']:,.0f} MiB", "dim"))
    console.print(Text(f"run {summary['run_id']}", "dim"))


def slice_table(evaluation: dict[str, Any]) -> Table:
    """Accuracy and macro averages, a slice a row. The classes have a table of their own."""
    title = f"{evaluation['split']} split"
    table = _table("slice", ("pictures", "accuracy", "precision", "recall", "F1"), title)
    classes = {f"{LABEL}={label}" for label in evaluation["labels"]}
    for name, scores in {OVERALL: evaluation, **evaluation["slices"]}.items():
        if name not in classes:
            values = (scores[key] for key in ("accuracy", "macro_precision", "macro_recall", "macro_f1"))
            table.add_row(Text(name), str(scores["examples"]), *(f"{value:.4f}" for value in values))
    return table


def class_table(evaluation: dict[str, Any], with_confusion: bool = True) -> Table:
    """Precision, recall and F1 of each class, and what it was taken for if the classes are few."""
    labels = evaluation["labels"]
    shown = labels if with_confusion and len(labels) <= _CONFUSION_CLASSES else []
    table = _table("class", ("pictures", "precision", "recall", "F1"))
    for label in shown:
        table.add_column(Text(f"as {label}"), justify="right", style="dim", no_wrap=True)
    for index, label in enumerate(labels):
        scores = evaluation["per_class"][label]
        values = (f"{scores[key]:.4f}" for key in ("precision", "recall", "f1"))
        taken_for = (str(count) for count in evaluation["confusion"][index]) if shown else ()
        table.add_row(Text(label), str(scores["support"]), *values, *taken_for)
    return table


def calibration_line(calibration: dict[str, Any]) -> Text:
    """How far the probabilities can be believed, beside what chance does to perfect ones."""
    before = (
        f", {calibration['ece_uncalibrated']:.3f} before scaling" if calibration["temperature"] != 1 else ""
    )
    _, high = calibration["band_95"]
    chance = f"a perfectly calibrated model would show up to {high:.3f}"
    return Text(f"calibration: expected error {calibration['ece']:.3f}{before}; {chance}")


def verdict(summary: dict[str, Any]) -> Text:
    """Pushed where, or why not, a reason a line."""
    status = summary["status"]
    if status == "pushed":
        return Text.assemble(("pushed ", "bold green"), summary["model"]["pushed_to"])
    if status == "not_blessed":
        reasons = (f"\n  {reason}" for reason in summary["blessing"]["reasons"])
        return Text.assemble(("not blessed, nothing pushed:", "bold red"), *reasons)
    is_blessed = summary["blessing"].get("blessed")
    return Text(f"blessed, but {status} before it was pushed" if is_blessed else status, "bold yellow")


def _width(table: Table, console: Console) -> int:
    """What the table would take if there was room; on its own, rich counts the room that there is."""
    return console.measure(table, options=console.options.update(max_width=_WIDEST)).maximum


def _table(first: str, numbers: Sequence[str], title: str | None = None) -> Table:
    """A table whose first column gives way where the screen is narrow, and loses nothing."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _print_anomalies(anomalies: list[dict[str, str]], console: Console) -> None:
    """What ExampleValidator let pass; the gravest come first."""
    if anomalies:
        what = "1 anomaly" if len(anomalies) == 1 else f"{len(anomalies)} anomalies"
        console.print(Text(f"{what} in the data:", "yellow"))
    for anomaly in anomalies[:_ANOMALIES_SHOWN]:
        line = "  {severity}: {split}: {feature}: {text}".format(**anomaly)
        console.print(Text(line, "yellow"), soft_wrap=True)
    if len(anomalies) > _ANOMALIES_SHOWN:
        console.print(Text("  ... all of them in summary.json", "yellow"))
