"""Whatever stands in a cell is read as it was written."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from components.csv_writer import csv_writer

_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.text("\r\n,\" x'")


def _written(rows: list[list[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv_writer(buffer).writerows(rows)
    return buffer.getvalue()


@given(st.lists(st.lists(_CELL, min_size=2, max_size=3), max_size=4))
def test_any_text_survives(rows: list[list[str]]) -> None:
    assert list(csv.reader(io.StringIO(_written(rows), newline=""), strict=True)) == rows


def test_quotes_only_where_they_must_be_and_plain_line_ends() -> None:
    assert _written([["a", "b c"], ["Icon\r", "d"], ["e", "f\r\n"]]) == 'a,b c\n"Icon\r",d\ne,"f\r\n"\n'
