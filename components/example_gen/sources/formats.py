"""Which kind of file a manifest is: by its extension, or else by its first bytes."""

import codecs
import os
from collections.abc import Iterator

from components.example_gen import files
from components.example_gen.sources import delimited, json_lines, parquet
from pipeline.errors import InputError

CSV, TSV, JSON_LINES, PARQUET = "csv", "tsv", "json_lines", "parquet"

_BY_EXTENSION = {
    ".csv": CSV,
    ".tsv": TSV,
    ".tab": TSV,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".parquet": PARQUET,
    ".pq": PARQUET,
}
_REFUSED = {
    b"\x1f\x8b": "is compressed. Unpack it",
    b"BZh": "is compressed. Unpack it",
    b"\xfd7zXZ": "is compressed. Unpack it",
    b"(\xb5/\xfd": "is compressed. Unpack it",
    b"PK\x03\x04": "is an archive or a spreadsheet. Save it as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "is a spreadsheet. Save it as CSV in UTF-8",
}
_SPACE = b" \t\r\n\xef\xbb\xbf"


def has_known_extension(path: str) -> bool:
    """Whether the name is that of a manifest."""
    return os.path.splitext(path)[1].lower() in _BY_EXTENSION


def looks_like_manifest(head: bytes) -> bool:
    """Whether a file of another name, which begins with these bytes, reads like a manifest."""
    is_parquet = head.startswith(b"PAR1")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[2:].replace(b"\0", b"")
    line = head.lstrip(_SPACE).partition(b"\n")[0]
    is_text = b"\0" not in head and any(mark in line for mark in (b",", b";", b"\t", b"|"))
    return is_parquet or line.startswith(b"{") or is_text


def format_of(path: str, head: bytes) -> str:
    """One of the four formats.

    Args:
        path: of the manifest.
        head: its first bytes.

    Raises:
        InputError: it is compressed, an archive, a spreadsheet or a JSON list.
    """
    start = head.lstrip(_SPACE)
    for magic, reason in _REFUSED.items():
        if start.startswith(magic):
            raise InputError(f"`{path}` {reason}.")
    known = _BY_EXTENSION.get(os.path.splitext(path)[1].lower())
    if known in (None, JSON_LINES) and start.startswith(b"["):
        raise InputError(f"`{path}` is one JSON list. Write JSON Lines, one object a line.")
    if known:
        return known
    if head.startswith(b"PAR1"):
        return PARQUET
    return JSON_LINES if start.startswith(b"{") else CSV


def kind_of(path: str) -> str:
    """The format of a file, which is opened for it."""
    with files.open_binary(path) as file:
        return format_of(path, file.read(64))


def unit(kind: str) -> str:
    """What the numbers of `read` count: `line` or `row`."""
    return "row" if kind == PARQUET else "line"


def has_header(kind: str) -> bool:
    """Whether the first that `read` gives are the names of the columns."""
    return kind != JSON_LINES


def read(path: str, kind: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The cells of each row by the name of the column, with the row's number (see `unit`)."""
    with files.open_binary(path) as file:
        if kind == PARQUET:
            yield from parquet.cells(file, path)
        elif kind == JSON_LINES:
            yield from json_lines.cells(file, path)
        else:
            yield from delimited.cells(file, path, "\t" if kind == TSV else None)
