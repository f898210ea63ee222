"""Rows of Parquet files, read in batches; only columns that are texts, numbers, times or truth values.

A few kilobytes may stand for gigabytes of text, as one long value that every row repeats. So what is written
folded, each value once with its number in every row, is read so, and the rows share the values.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from components.example_gen.sources.delimited import check_names
from components.example_gen.sources.lines import LONGEST
from pipeline.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet as pq

_ROWS = 4096
_BYTES = 32 << 20
"""Of a batch, by what the file says of its size."""
_FOLDABLE = frozenset(("PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"))
_ROWS_UNFOLDABLE = 64
"""Of a batch with texts in other encodings: Arrow cannot fold them, and they repeat themselves, too."""


def cells(file: BinaryIO, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The values of each row by column name, as text, with the number of the row from 1; first the header.

    Nothing is an empty text. Columns of lists, structs or bytes are left out.

    Raises:
        InputError: it is no Parquet, or damaged, or a text is too long.
    """
    import pyarrow as pa
    from pyarrow import parquet

    number = 0
    try:
        unfolded = parquet.ParquetFile(file)
        names = [field.name for field in unfolded.schema_arrow if _is_plain(field.type)]
        check_names(names, f"`{name}`")
        yield 0, dict(zip(names, names, strict=True))
        folded, rows = _folded(unfolded)
        table = parquet.ParquetFile(file, metadata=unfolded.metadata, read_dictionary=folded)
        for batch in table.iter_batches(rows, columns=names):
            where = f"`{name}` behind row {number}: column"
            columns = [
                _texts(column, f"{where} `{field}`")
                for field, column in zip(batch.schema.names, batch.columns, strict=True)
            ]
            for values in zip(*columns, strict=True):
                number += 1
                yield number, dict(zip(batch.schema.names, values, strict=True))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise InputError(f"`{name}` is no Parquet file, or damaged behind row {number}: {reason}.") from None


def _is_plain(kind: "pa.DataType") -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    tests = (
        types.is_string,
        types.is_large_string,
        types.is_integer,
        types.is_floating,
        types.is_boolean,
        types.is_decimal,
        types.is_date,
        types.is_time,
        types.is_timestamp,
        types.is_null,
    )
    return any(test(kind) for test in tests)


def _folded(table: "pq.ParquetFile") -> tuple[list[str], int]:
    """The columns to read folded, and how many rows at once."""
    texts = {field.name for field in table.schema_arrow if _is_text(field.type)}
    groups = [table.metadata.row_group(number) for number in range(table.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    # What is not written folded would take thrice its size to read so.
    folded = texts & {chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page}
    others = texts & {chunk.path_in_schema for chunk in chunks if not _FOLDABLE.issuperset(chunk.encodings)}
    most = _ROWS_UNFOLDABLE if others else _ROWS
    fit = [_BYTES * group.num_rows // max(group.total_byte_size, 1) for group in groups if group.num_rows]
    return sorted(folded - others), max(1, min([most, *fit]))


def _is_text(kind: "pa.DataType") -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _texts(column: "pa.Array", where: str) -> list[str]:
    """One text for each row.

    Raises:
        InputError: one of them is too long.
    """
    import pyarrow as pa
    from pyarrow import compute

    is_folded = isinstance(column, pa.DictionaryArray)
    values = (column.dictionary if is_folded else column).cast(pa.string())
    if (compute.max(compute.utf8_length(values)).as_py() or 0) > LONGEST:
        raise InputError(f"{where} holds a text of more than {LONGEST:,} characters.")
    if not is_folded:
        return values.fill_null("").to_pylist()
    used = column.indices.unique()
    by_number = dict(zip(used.to_pylist(), values.take(used).fill_null("").to_pylist(), strict=True))
    return [by_number[number] for number in column.indices.to_pylist()]
