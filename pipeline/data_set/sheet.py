"""What a data set's contact sheet shows: some of each class, what was found, what was set aside."""

from pathlib import Path

from components.example_gen.entry import Entry
from components.example_gen.examine import read_as_examined
from components.example_gen.rows import Row
from pipeline.data_set.contact_sheet import Tile
from pipeline.data_set.judged import DataSet
from pipeline.settings.data import DataConfig


def sheet_rows(data_set: DataSet, config: DataConfig, columns: int) -> dict[str, list[Tile]]:
    """Tiles by heading.

    Args:
        data_set: judged.
        config: by which it was.
        columns: tiles in a row; each class and each finding gets one row.

    Raises:
        InputError: a picture changed since it was judged.
    """

    def tile(row: Row, entry: Entry, caption: str) -> Tile:
        return None if entry.reason else read_as_examined(row, entry, config), caption

    everything = list(zip(data_set.rows, data_set.entries, data_set.judgement.placements, strict=True))
    by_path = {entry.path: (row, entry) for row, entry, _ in everything}
    by_label: dict[str, list[tuple[Row, Entry]]] = {}
    for row, entry, placement in everything:
        if placement.split is not None:
            by_label.setdefault(entry.label, []).append((row, entry))
    rows = {}
    for label, members in sorted(by_label.items()):
        # The order of their digests is as good as chance, and the same every time.
        some = sorted(members, key=lambda member: member[1].image_id)[:columns]
        rows[f"{label}  ({len(members)})"] = [tile(row, entry, Path(entry.path).name) for row, entry in some]
    for finding in data_set.judgement.findings:
        if finding.severity != "info" and finding.paths:
            shown = [by_path[path] for path in finding.paths[:columns]]
            rows[f"{finding.kind}: {finding.text}"] = [
                tile(row, entry, f"{entry.label}: {entry.path}") for row, entry in shown
            ]
    aside = [(row, entry, placement) for row, entry, placement in everything if placement.split is None]
    rows[f"set aside  ({len(aside)})"] = [
        tile(row, entry, f"{placement.kind}: {entry.path}") for row, entry, placement in aside[: 2 * columns]
    ]
    return rows
