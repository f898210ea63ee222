"""A data set in the terminal: every class with its shares, every finding, the first of what was set aside."""

import io
from typing import Any

from rich.console import Console

from pipeline.data_set.text import class_table, finding_table, print_data_set

COUNTS = {"train": {"cat": 70, "[owl]": 7}, "eval": {"cat": 10}, "test": {"cat": 20, "[owl]": 2}}
FINDING = {
    "kind": "few",
    "severity": "warning",
    "text": "class `[owl]` has 9 pictures",
    "paths": [],
    "count": 9,
}


def text_of(*renderables: Any, width: int = 100) -> str:
    console = Console(record=True, width=width, file=io.StringIO())
    for renderable in renderables:
        console.print(renderable)
    return console.export_text()


def test_classes_with_the_shares_that_were_reached() -> None:
    lines = [line.split() for line in text_of(class_table(COUNTS)).splitlines()]
    assert ["cat", "100", "70", "70.0", "10", "10.0", "20", "20.0"] in lines
    assert ["[owl]", "9", "7", "77.8", "0", "0.0", "2", "22.2"] in lines
    assert ["all", "109", "77", "70.6", "10", "9.2", "22", "20.2"] in lines


def test_many_classes_are_cut_short() -> None:
    counts = {"train": {f"class {number}": 1 for number in range(60)}, "eval": {}, "test": {}}
    text = text_of(class_table(counts))
    assert "... 20 more" in text
    assert "60" in text.splitlines()[-1]


def test_findings_name_a_picture() -> None:
    text = text_of(
        finding_table([FINDING, {**FINDING, "kind": "dark", "text": "3 pictures", "paths": ["a\nb"]}])
    )
    assert "class `[owl]` has 9 pictures" in text
    assert r"3 pictures, such as 'a\nb'" in text


def test_first_of_what_was_set_aside() -> None:
    aside = [{"path": f"p{number}", "reason": "truncated"} for number in range(7)]
    console = Console(record=True, width=100, file=io.StringIO())
    print_data_set({"counts": COUNTS, "findings": [], "quarantined": 7, "quarantine": aside}, console)
    text = console.export_text()
    assert "7 set aside:" in text
    assert "'p4': truncated" in text
    assert "'p5'" not in text
