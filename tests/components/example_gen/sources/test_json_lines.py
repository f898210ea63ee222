"""JSON Lines: one object a line, its scalars as text."""

import io

import pytest

from components.example_gen.sources import json_lines
from pipeline.errors import InputError


def rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    return list(json_lines.cells(io.BytesIO(content), "m.jsonl"))


def test_scalars_are_text() -> None:
    first = '{"a": "x", "b": 1, "c": 0.5, "d": true, "e": null, "f": [1], "g": {"h": 2}}'
    content = f'\n{first}\n\n{{"a": "ä"}}\n'.encode()
    expected = [(2, {"a": "x", "b": "1", "c": "0.5", "d": "true", "e": ""}), (4, {"a": "ä"})]
    assert rows(content) == expected


def test_pairs_of_surrogates_are_one_character() -> None:
    assert rows(rb'{"a": "\ud83d\ude00"}') == [(1, {"a": "\N{GRINNING FACE}"})]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", '`m.jsonl` is empty. Its lines must be like `{"path"'),
        (b"\n\n", "is empty"),
        (b'{"a": 1}\n{"a": }\n', "`m.jsonl` line 2: no JSON: Expecting value"),
        (b'{"a": 1}\n["a"]\n', "`m.jsonl` line 2: no JSON object"),
        (b"1\n", "line 1: no JSON object"),
        (b"[" * 100_000 + b"\n", "line 1: no JSON: nested too deeply"),
        (b'{"a": ' + b"1" * 5000 + b"}\n", "line 1: no JSON"),
        (rb'{"a": "\ud800"}', "line 1: no JSON.*surrogate"),
        (b'{"a": "\xff"}', "line 1: is no UTF-8"),
    ],
)
def test_malformed(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        rows(content)
