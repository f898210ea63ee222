"""Columns that follow from the paths, the group that follows from a column, and gaps that are filled."""

import re
from collections.abc import Mapping
from dataclasses import replace

from components.example_gen.rows import Row
from components.example_gen.sources.columns import no_column
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig


def completed(rows: list[Row], config: DataConfig) -> list[Row]:
    """The rows with the same columns each: a cell that one lacks becomes an empty text.

    Raises:
        InputError: `data.path_pattern` fits no path or names a column that is there already, or
            `data.columns.group` names one that is not there.
    """
    names = sorted({name for row in rows for name in row.columns})
    pattern = re.compile(config.path_pattern) if config.path_pattern else None
    if pattern:
        _check_pattern(pattern, names, rows)
    there = [*names, *(pattern.groupindex if pattern else ())]
    group = config.columns.group
    if group is not None and group not in there:
        raise no_column("the group", "group", group, there, f"`{config.path or config.source}`")
    empty = dict.fromkeys(there, "")
    return [_completed(row, pattern, empty, group) for row in rows]


def _completed(row: Row, pattern: re.Pattern[str] | None, empty: Mapping[str, str], group: str | None) -> Row:
    columns = row.columns
    match = pattern.search(row.path) if pattern else None
    if match:
        columns = {**columns, **match.groupdict("")}
    if len(columns) < len(empty):
        columns = {**empty, **columns}
    if columns is row.columns and group is None:
        return row
    return replace(row, columns=columns, group=columns[group] or None if group else None)


def _check_pattern(pattern: re.Pattern[str], names: list[str], rows: list[Row]) -> None:
    twice = sorted(set(pattern.groupindex).intersection(names))
    if twice:
        raise InputError(
            f"data.path_pattern names `{twice[0]}`, which is a column already. Rename its group."
        )
    if not any(pattern.search(row.path) for row in rows):
        raise InputError(
            f"data.path_pattern `{pattern.pattern}` fits no path. The first is {rows[0].path!r}."
        )
