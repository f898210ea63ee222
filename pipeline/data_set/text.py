"""A data set in the terminal: classes by split, findings, and what was set aside."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.features import SPLITS
from pipeline.visible import visible

_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
_SHOWN = 5
_CLASSES_SHOWN = 40


def print_data_set(data: dict[str, Any], console: Console) -> None:
    """Prints a data set.

    Args:
        data: `counts`, `findings`, `quarantined` and `quarantine`, as in `summary.json`.
        console: where to.
    """
    console.print(class_table(data["counts"]))
    if data["findings"]:
        console.print()
        console.print(finding_table(data["findings"]))
    if data["quarantined"]:
        console.print()
        console.print(Text(f"{data['quarantined']} set aside:", "yellow"))
        for entry in data["quarantine"][:_SHOWN]:
            console.print(Text(f"  {entry['path']!r}: {visible(entry['reason'])}", "yellow"), soft_wrap=True)
        if data["quarantined"] > _SHOWN:
            console.print(Text("  ... the rest with --json, or in a run's quarantine", "yellow"))


def class_table(counts: dict[str, dict[str, int]]) -> Table:
    """Pictures of each class in each split, and the shares that were reached."""
    table = Table(box=None)
    table.add_column("class")
    table.add_column("pictures", justify="right")
    for split in SPLITS:
        table.add_column(split, justify="right")
        table.add_column("%", justify="right", style="dim")
    labels = sorted({label for by_label in counts.values() for label in by_label})
    for label in labels[:_CLASSES_SHOWN]:
        table.add_row(Text(visible(label)), *_cells([counts[split].get(label, 0) for split in SPLITS]))
    if len(labels) > _CLASSES_SHOWN:
        table.add_row(f"... {len(labels) - _CLASSES_SHOWN} more", *[""] * 7)
    table.add_row("all", *_cells([sum(counts[split].values()) for split in SPLITS]), style="bold")
    return table


def finding_table(findings: list[dict[str, Any]]) -> Table:
    """What was found, gravest first."""
    table = Table(box=None)
    for column in ("finding", "severity"):
        table.add_column(column, no_wrap=True)
    table.add_column("what", overflow="fold")
    for finding in findings:
        style = _STYLES[finding["severity"]]
        is_named = "first: " in finding["text"] or not finding["paths"]
        where = "" if is_named else f", such as {finding['paths'][0]!r}"
        table.add_row(
            Text(finding["kind"], style),
            Text(finding["severity"], style),
            Text(visible(finding["text"] + where)),
        )
    return table


def _cells(counts: list[int]) -> list[str]:
    total = sum(counts)
    shares = [f"{100 * count / total:.1f}" if total else "" for count in counts]
    by_split = [cell for pair in zip(map(str, counts), shares, strict=True) for cell in pair]
    return [str(total), *by_split]
