"""Parquet: every plain column as text, in batches; anything broken is one line."""

import datetime
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet as writer

from components.example_gen.sources import parquet
from components.example_gen.sources.lines import LONGEST
from pipeline.errors import InputError
from tests.components.example_gen.sources.makers import cats_and_dogs, message, rows_of


def encoded(table: pa.Table, **options: Any) -> bytes:
    buffer = io.BytesIO()
    writer.write_table(table, buffer, **options)
    return buffer.getvalue()


def rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    return list(parquet.cells(io.BytesIO(content), "m.parquet"))


def test_plain_columns_are_text() -> None:
    table = pa.table(
        {
            "text": ["ä", None],
            "number": [1, None],
            "share": [0.5, 2.0],
            "truth": [True, False],
            "day": [datetime.date(2024, 1, 2), None],
            "price": [Decimal("1.50"), None],
            "kind": pa.array(["x", "y"]).dictionary_encode(),
            "nothing": pa.nulls(2),
            "list": [[1], [2]],
            "struct": [{"a": 1}, {"a": 2}],
            "bytes": [b"x", b"y"],
        }
    )
    header, first, second = rows(encoded(table))
    names = ["text", "number", "share", "truth", "day", "price", "kind", "nothing"]
    assert header == (0, {name: name for name in names})
    texts = ["ä", "1", "0.5", "true", "2024-01-02", "1.50", "x", ""]
    assert first == (1, dict(zip(names, texts, strict=True)))
    assert second[0] == 2
    assert [second[1][name] for name in ("text", "number", "share", "kind")] == ["", "", "2", "y"]


def test_rows_are_numbered_over_batches_and_groups() -> None:
    table = pa.table({"a": [str(number) for number in range(10_000)]})
    found = rows(encoded(table, row_group_size=3000))[1:]
    assert [(number, int(cells["a"])) for number, cells in found] == [(n + 1, n) for n in range(10_000)]


_COUNTING = pa.proxy_memory_pool(pa.default_memory_pool())
"""Lives as long as anything that was taken from it may."""


@pytest.fixture
def pool() -> Iterator[pa.MemoryPool]:
    """Counts what Arrow asks for."""
    before = pa.default_memory_pool()
    yield _COUNTING
    pa.set_memory_pool(before)


def test_text_that_every_row_repeats_is_there_once(pool: pa.MemoryPool) -> None:
    text = "x" * (64 << 10)
    content = encoded(pa.table({"note": pa.array([text] * 4096).dictionary_encode()}), store_schema=False)
    assert len(content) < 100_000
    pa.set_memory_pool(pool)
    found = rows(content)[1:]
    assert len(found) == 4096
    assert len({id(cells["note"]) for _, cells in found}) == 1
    assert pool.max_memory() < 8 << 20


def test_long_texts_are_read_by_few_rows(pool: pa.MemoryPool) -> None:
    table = pa.table({"note": [f"{number:0100000}" for number in range(2000)]})
    content = encoded(table, use_dictionary=False, compression="zstd", store_schema=False)
    assert len(content) < 1_000_000
    pa.set_memory_pool(pool)
    found = [int(cells["note"][-4:]) for number, cells in parquet.cells(io.BytesIO(content), "m") if number]
    assert found == list(range(2000))
    assert pool.max_memory() < 160 << 20  # of 200 MB; pages are unpacked whole


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_texts_in_other_encodings(encoding: str, kind: pa.DataType) -> None:
    table = pa.table({"a": pa.array([*"xyx", None] * 100, kind), "b": list(range(400))})
    content = encoded(table, use_dictionary=False, column_encoding={"a": encoding})
    found = rows(content)[1:]
    assert [cells["a"] for _, cells in found] == ["x", "y", "x", ""] * 100
    assert [int(cells["b"]) for _, cells in found] == list(range(400))


@pytest.mark.parametrize("encoding", [None, "PLAIN", "DELTA_BYTE_ARRAY"])
def test_text_that_is_too_long(encoding: str | None) -> None:
    options = {"use_dictionary": False, "column_encoding": {"b": encoding}} if encoding else {}
    fits = pa.table({"a": ["x", "y"], "b": ["x" * LONGEST, "ä" * LONGEST]})
    assert len(rows(encoded(fits, **options))) == 3
    longer = pa.table({"a": ["x", "y"], "b": ["x" * (LONGEST + 1), "y"]})
    with pytest.raises(InputError, match="m.parquet` behind row 0: column `b` holds a text of more than 1,0"):
        rows(encoded(longer, **options))


def test_manifest_in_parquet(tmp_path: Path) -> None:
    paths, labels = zip(*cats_and_dogs(tmp_path), strict=True)
    table = pa.table({"file_name": paths, "label": labels, "sender": [1, 1, 2, 3, 3, 4]})
    (tmp_path / "m.parquet").write_bytes(encoded(table))
    found = rows_of(tmp_path / "m.parquet", columns={"group": "sender"})
    assert [(row.path, row.label, row.group) for row in found[:2]] == [
        ("cat0.jpg", "cat", "1"),
        ("cat1.jpg", "cat", "1"),
    ]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"path": ["none.jpg"], "label": ["cat"]}, "m.parquet` row 1: `none.jpg` is not in"),
        ({"path": ["cat0.jpg", "cat0.jpg"], "label": ["a", "b"]}, "row 2: `cat0.jpg` stands in row 1"),
        ({"path": ["cat0.jpg"], "label": [None]}, "row 1: empty label"),
        (
            {"image": [b"x"], "label": ["cat"]},
            "m.parquet`: no column with the paths of the pictures. It has:",
        ),
        (
            {"path": pa.array([], pa.string()), "label": pa.array([], pa.string())},
            "holds a header and no rows",
        ),
    ],
)
def test_malformed(tmp_path: Path, columns: dict[str, Any], words: str) -> None:
    cats_and_dogs(tmp_path)
    (tmp_path / "m.parquet").write_bytes(encoded(pa.table(columns)))
    assert words in message(tmp_path / "m.parquet")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"path,label\n"])
def test_no_parquet(content: bytes) -> None:
    with pytest.raises(InputError, match="`m.parquet` is no Parquet file, or damaged"):
        rows(content)


def test_two_columns_of_one_name() -> None:
    table = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "a"])
    with pytest.raises(InputError, match="`m.parquet`: two columns are called `a`"):
        rows(encoded(table))


_GOOD = encoded(pa.table({"path": [f"{n}.jpg" for n in range(50)], "label": ["cat", "dog"] * 25}))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(_GOOD) - 1), st.integers(0, 255)), max_size=5), st.integers(0, 40)
)
def test_damaged_parquet_is_rows_or_one_line(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(_GOOD)
    for position, byte in changes:
        content[position] = byte
    try:
        rows(bytes(content[: len(content) - cut]))
    except InputError as error:
        assert len(str(error).splitlines()) == 1
