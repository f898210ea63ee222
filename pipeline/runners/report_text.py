"""The end of a run in the terminal: data, phases, slices, verdict."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_QUARANTINE_SHOWN = 5
_CONFUSION_CLASSES = 6


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Prints a summary for a person; `summary` as `pipeline.runners.summary` makes it."""
    console.print()
    if summary["data"]:
        _print_data(summary["data"], console)
    for phase in summary["training"]:
        accuracy = f"accuracy on eval {phase['eval_accuracy']:.4f}"
        console.print(Text(f"phase {phase['name']}: {phase['epochs']} epochs, {accuracy}"))
    if summary["evaluation"]:
        console.print()
        console.print(slice_table(summary["evaluation"]))
        console.print()
        console.print(class_table(summary["evaluation"]))
        console.print()
    console.print(verdict(summary), soft_wrap=True)
    console.print(
        Text(
            f"{summary['wall_seconds']:.1f} s, of which {summary['overhead_seconds']:.1f} s outside of the "
            f"nodes; peak memory {summary['peak_rss_mib']:,.0f} MiB; run {summary['run_id']}",
            "dim",
        )
    )


def slice_table(evaluation: dict[str, Any]) -> Table:
    """Accuracy and macro averages, a slice a row. The classes have a table of their own."""
    table = Table(title=f"{evaluation['split']} split", title_justify="left", title_style="bold", box=None)
    table.add_column("slice")
    for name in ("pictures", "accuracy", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for name, scores in {"overall": evaluation, **evaluation["slices"]}.items():
        if not name.startswith("label="):
            values = (scores[key] for key in ("accuracy", "macro_precision", "macro_recall", "macro_f1"))
            table.add_row(Text(name), str(scores["examples"]), *(f"{value:.4f}" for value in values))
    return table


def class_table(evaluation: dict[str, Any]) -> Table:
    """Precision, recall and F1 of each class, and what it was taken for while that fits."""
    labels = evaluation["labels"]
    shown = labels if len(labels) <= _CONFUSION_CLASSES else []
    table = Table(box=None)
    table.add_column("class")
    for name in ("pictures", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for label in shown:
        table.add_column(Text(f"as {label}"), justify="right", style="dim")
    for index, label in enumerate(labels):
        scores = evaluation["per_class"][label]
        values = (f"{scores[key]:.4f}" for key in ("precision", "recall", "f1"))
        taken_for = (str(count) for count in evaluation["confusion"][index]) if shown else ()
        table.add_row(Text(label), str(scores["support"]), *values, *taken_for)
    return table


def verdict(summary: dict[str, Any]) -> Text:
    """One line: pushed where, or why not."""
    status = summary["status"]
    if status == "pushed":
        return Text.assemble(("pushed ", "bold green"), summary["model"]["pushed_to"])
    if status == "not_blessed":
        reasons = "; ".join(summary["blessing"]["reasons"])
        return Text.assemble(("not blessed, nothing pushed: ", "bold red"), reasons)
    return Text(status, "bold yellow")


def _print_data(data: dict[str, Any], console: Console) -> None:
    splits = ", ".join(f"{count} {split}" for split, count in data["splits"].items())
    console.print(Text(f"{splits}; classes: {', '.join(data['classes'])}"))
    if data["quarantined"]:
        console.print(Text(f"{data['quarantined']} files set aside:", "yellow"))
        for entry in data["quarantine"][:_QUARANTINE_SHOWN]:
            console.print(Text(f"  {entry['path']!r}: {entry['reason']}", "yellow"))
        if data["quarantined"] > _QUARANTINE_SHOWN:
            console.print(Text("  ... all of them in summary.json", "yellow"))
