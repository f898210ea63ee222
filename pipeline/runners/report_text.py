"""The end of a run in the terminal: data, phases, slices, verdict."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_QUARANTINE_SHOWN = 5


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Prints a summary for a person; `summary` as `pipeline.runners.summary` makes it."""
    console.print()
    if summary["data"]:
        _print_data(summary["data"], console)
    for phase in summary["training"]:
        console.print(
            f"phase {phase['name']}: {phase['epochs']} epochs, accuracy on eval {phase['eval_accuracy']:.4f}",
            highlight=False,
        )
    if summary["evaluation"]:
        console.print(slice_table(summary["evaluation"]))
    console.print(verdict(summary))
    console.print(
        Text(
            f"{summary['wall_seconds']:.1f} s, of which {summary['overhead_seconds']:.1f} s outside of the "
            f"nodes; peak memory {summary['peak_rss_mib']:,.0f} MiB; run {summary['run_id']}",
            "dim",
        )
    )


def slice_table(evaluation: dict[str, Any]) -> Table:
    """Accuracy, macro F1, and each class's precision, recall and F1, a slice a row."""
    table = Table(title=f"{evaluation['split']} split", title_justify="left", title_style="bold", box=None)
    table.add_column("slice")
    for name in ("pictures", "accuracy", "macro F1"):
        table.add_column(name, justify="right")
    for label in evaluation["labels"]:
        table.add_column(Text(f"{label}\nP / R / F1"), justify="right")
    slices = {"overall": evaluation, **evaluation["slices"]}
    for name, scores in slices.items():
        # Within one class, the macro average over all classes says nothing; the class's recall does.
        macro = "" if name.startswith("label=") else f"{scores['macro_f1']:.4f}"
        table.add_row(
            Text(name),
            str(scores["examples"]),
            f"{scores['accuracy']:.4f}",
            macro,
            *(_class_cell(scores["per_class"][label]) for label in evaluation["labels"]),
        )
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


def _class_cell(scores: dict[str, Any]) -> str:
    if not scores["support"]:
        return "-"
    return f"{scores['precision']:.3f} / {scores['recall']:.3f} / {scores['f1']:.3f}"


def _print_data(data: dict[str, Any], console: Console) -> None:
    splits = ", ".join(f"{count} {split}" for split, count in data["splits"].items())
    console.print(Text(f"{splits}; classes: {', '.join(data['classes'])}"))
    if data["quarantined"]:
        console.print(Text(f"{data['quarantined']} files set aside:", "yellow"))
        for entry in data["quarantine"][:_QUARANTINE_SHOWN]:
            console.print(Text(f"  {entry['path']!r}: {entry['reason']}", "yellow"))
        if data["quarantined"] > _QUARANTINE_SHOWN:
            console.print(Text("  ... all of them in summary.json", "yellow"))
