"""Names that would steer a terminal are shown as what they are."""

import io
import unicodedata
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from pipeline.data_set.text import class_table
from pipeline.errors import InputError
from pipeline.inspection.tables import difference_view
from pipeline.runners.evaluation_text import failures_view
from pipeline.visible import visible

HOSTILE = "a\x1b[2J\x1b]0;title\x07b"
ESCAPED = r"a\x1b[2J\x1b]0;title\x07b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HOSTILE, ESCAPED),
        ("plain Ünïcode 猫 👨‍👩‍👧", "plain Ünïcode 猫 👨‍👩‍👧"),
        ("two\nlines\u2028three\x85", r"two\nlines\u2028three\x85"),
        ("bytes \udcff", r"bytes \udcff"),
        ("", ""),
    ],
)
def test_what_steers_is_escaped_and_the_rest_stays(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text())
def test_nothing_that_breaks_a_line_is_left(text: str) -> None:
    found = visible(text)
    assert len(found.splitlines()) <= 1
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in found)
    found.encode()


def test_error_messages_are_safe_to_print() -> None:
    assert str(InputError(f"no such file: `{HOSTILE}`.")) == f"no such file: `{ESCAPED}`."


def _shown(view: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    console.print(view)
    return cast(io.StringIO, console.file).getvalue()


def test_tables_of_a_run_are_safe_to_print() -> None:
    picture = {"path": f"{HOSTILE}.jpg", "label": HOSTILE, "answer": "cat", "probability": 0.9}
    failure = {
        **{"metric": "recall", "label": HOSTILE, "slice": HOSTILE, "value": 0.1, "interval": None},
        **{"rule": "at_least", "bound": 0.5, "baseline": None, "examples": 4, "pictures": [picture]},
    }
    flips = {"pictures": 4, "won": [HOSTILE], "lost": [HOSTILE], "p_value": 1.0}
    difference: dict[str, Any] = {
        "first": "1",
        "second": "2",
        "config": [],
        "data": [],
        "metrics": [],
        "flips": flips,
    }
    difference["config"] = [{"key": HOSTILE, "first": HOSTILE, "second": None}]
    for view in (
        failures_view({"failures": [failure], "not_judged": [HOSTILE]}),
        difference_view(difference),
        class_table({"train": {HOSTILE: 1}, "eval": {}, "test": {}}),
    ):
        text = _shown(view)
        assert ESCAPED in text.replace("\n", "")
        assert "\x1b" not in text and "\x07" not in text
