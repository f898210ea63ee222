"""CSV and TSV: cells by name, with the line that each row begins on."""

import io

import pytest

from components.example_gen.sources import delimited
from pipeline.errors import InputError


def rows(content: str, delimiter: str | None = None) -> list[tuple[int, dict[str, str]]]:
    header, *found = delimited.cells(io.BytesIO(content.encode()), "m.csv", delimiter)
    assert all(name == column for name, column in header[1].items())
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    assert rows(f"a{delimiter}b\n1{delimiter}x y\n") == [(2, {"a": "1", "b": "x y"})]


def test_semicolons_beat_commas_within_cells() -> None:
    assert rows("path;label;note\na;b;0,5\n") == [(2, {"path": "a", "label": "b", "note": "0,5"})]


def test_tabs_where_told() -> None:
    assert rows("a,x\tb\n1,2\t3\n", "\t") == [(2, {"a,x": "1,2", "b": "3"})]


def test_numbers_of_lines() -> None:
    content = '\n\na,b\n1,2\n\n"x\ny\r\nz",3\n4,"5"\n"6",\n'
    assert rows(content) == [
        (4, {"a": "1", "b": "2"}),
        (6, {"a": "x\ny\r\nz", "b": "3"}),
        (9, {"a": "4", "b": "5"}),
        (10, {"a": "6", "b": ""}),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert rows(end.join(("a,b", "1,2", "3,4"))) == [(2, {"a": "1", "b": "2"}), (3, {"a": "3", "b": "4"})]


def test_quotes() -> None:
    assert rows('a,b\n"say ""hi"", you",5" nail\n') == [(2, {"a": 'say "hi", you', "b": '5" nail'})]


def test_columns_without_a_name_are_left_out() -> None:
    assert rows(",a, b ,\n0,1,2,\n") == [(2, {"a": "1", "b": "2"})]


def test_header_only() -> None:
    assert rows("a,b\n") == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "`m.csv` is empty. Its first line must name the columns"),
        ("\n \n\n", "`m.csv` is empty"),
        ("a,b\n1,2,3\n", "`m.csv` line 2: 3 cells, but the header has 2"),
        ("a,b\n1,2\n\n1\n", "`m.csv` line 4: 1 cells, but the header has 2"),
        ("a,b,a\n1,2,3\n", "`m.csv` line 1: two columns are called `a`"),
        ('a,b\n1,2\n"x,3\n4,5\n', "`m.csv` line 3: no proper row: unexpected end of data. Check its quotes"),
        ('a,b\n1,"x"y\n', "`m.csv` line 2: no proper row: .*. Check its quotes"),
        ('a,b\n"' + "x" * 200_000 + '",1\n', "`m.csv` line 2: no proper row: field larger than"),
        ('a,b\n"' + "x\n" * 600_000 + '",1\n', "`m.csv` line"),
    ],
)
def test_malformed(content: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        rows(content)


def test_header_of_very_many_columns_is_no_burden() -> None:
    names = ",".join(str(number) for number in range(100_000))
    with pytest.raises(InputError, match="line 2: 1 cells, but the header has 100000"):
        rows(f"{names}\n1\n")
