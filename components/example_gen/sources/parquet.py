"""Rows of Parquet files, read in batches; only columns that are texts, numbers, times or truth values."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from components.example_gen.sources.delimited import check_names
from pipeline.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 4096


def cells(file: BinaryIO, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The values of each row by column name, as text, with the number of the row from 1; first the header.

    Nothing is an empty text. Columns of lists, structs or bytes are left out.

    Raises:
        InputError: it is no Parquet, or damaged.
    """
    import pyarrow as pa
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(file) as table:
            names = [field.name for field in table.schema_arrow if _is_plain(field.type)]
            check_names(names, f"`{name}`")
            yield 0, dict(zip(names, names, strict=True))
            for batch in table.iter_batches(_BATCH, columns=names):
                columns = [_texts(column) for column in batch.columns]
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


def _texts(column: "pa.Array") -> list[str]:
    import pyarrow as pa

    return column.cast(pa.string()).fill_null("").to_pylist()
