"""Rows of CSV and TSV files, read as a stream."""

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from components.example_gen.sources.lines import Lines
from pipeline.errors import InputError

_DELIMITERS = (",", ";", "\t", "|")


def cells(file: BinaryIO, name: str, delimiter: str | None = None) -> Iterator[tuple[int, dict[str, str]]]:
    """The cells of each row by column name, with the number of the row's first line; first the header's.

    Columns without a name (such as the row numbers that pandas writes) are left out.

    Args:
        file: buffered, at its start.
        name: of the file, for messages.
        delimiter: between cells; if left out, the one that tears the header into most cells.

    Raises:
        InputError: no text, an empty file, two columns of one name, more or fewer cells than the
            header has, or quotes that do not fit together.
    """
    lines = Lines(file, name)
    try:
        yield from _cells(lines, name, delimiter)
    finally:
        lines.close()


def _cells(lines: Lines, name: str, delimiter: str | None) -> Iterator[tuple[int, dict[str, str]]]:
    stream = iter(lines)
    first = next((line for line in stream if line.strip()), None)
    if first is None:
        raise InputError(f"`{name}` is empty. Its first line must name the columns, such as `path,label`.")
    before = lines.number - 1
    delimiter = delimiter or max(_DELIMITERS, key=first.count)
    reader = csv.reader(_chained(first, stream), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while True:
        lines.begin_row()
        number = before + reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise InputError(f"`{name}` line {number}: no proper row: {error}. Check its quotes.") from None
        if row is None:
            return
        if header is None:
            header = _header(row, f"`{name}` line {number}")
            yield number, {column: column for column in header if column}
        elif len(row) == len(header):
            yield number, {column: cell for column, cell in zip(header, row, strict=True) if column}
        elif row:
            raise InputError(f"`{name}` line {number}: {len(row)} cells, but the header has {len(header)}.")


def _header(row: list[str], where: str) -> list[str]:
    header = [cell.strip() for cell in row]
    check_names(header, where)
    return header


def check_names(names: Sequence[str], where: str) -> None:
    """Raises InputError if two columns bear one name."""
    seen: set[str] = set()
    for column in names:
        if column and column in seen:
            raise InputError(f"{where}: two columns are called `{column}`. Rename one.")
        seen.add(column)


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
