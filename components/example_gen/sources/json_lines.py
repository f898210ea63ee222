"""Rows of JSON Lines files, read as a stream."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from components.example_gen.sources.lines import Lines
from pipeline.errors import InputError


def cells(file: BinaryIO, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The values of each line by key, as text, with the number of the line.

    Raises:
        InputError: no text, an empty file, or a line that is no JSON object.
    """
    lines = Lines(file, name)
    empty = True
    try:
        for line in lines:
            lines.begin_row()
            if line.strip():
                empty = False
                yield lines.number, texts(parse(line, f"`{name}` line {lines.number}"))
    finally:
        lines.close()
    if empty:
        raise InputError(f'`{name}` is empty. Its lines must be like `{{"path": "a.jpg", "label": "cat"}}`.')


def parse(text: str, where: str) -> Mapping[str, Any]:
    """One JSON object.

    Raises:
        InputError: it is none.
    """
    try:
        value = json.loads(text)
        if "\\u" in text:  # may write half a character, which no file can hold
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise InputError(f"{where}: no JSON: nested too deeply.") from None
    except ValueError as error:
        raise InputError(f"{where}: no JSON: {error}.") from None
    if not isinstance(value, dict):
        raise InputError(f"{where}: no JSON object; it must be like {{...}}, with a key for each column.")
    return value


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Texts, numbers and truth values as text, nothing as an empty text; lists and objects are left out."""
    return {name: _text(value) for name, value in values.items() if not isinstance(value, list | dict)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool) else str(value)
