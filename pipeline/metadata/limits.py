"""What would break off a run in the middle, since a database cannot hold it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import InputError


def check_fits(settings: Mapping[str, Any], address: str | None) -> None:
    """Refuses what ML Metadata's client for PostgreSQL would spoil: every string that has to be escaped.

    Args:
        settings: as plain values, sections within sections.
        address: of the database; `None` for sqlite, which holds everything.

    Raises:
        InputError: a value that PostgreSQL would not take.
    """
    if address is None or not address.startswith("postgresql:"):
        return
    for key, value in _strings(settings):
        if "\\" in json.dumps(value):
            raise InputError(
                f"`{key}` is {value!r}. ML Metadata cannot write backslashes, quotation marks or letters "
                "beyond ASCII into PostgreSQL: write it otherwise, as `[0-9]` for `\\d`, or let "
                "`metadata.address` name a MySQL or MariaDB."
            )


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string in it, with its place, such as `data.path_pattern`."""
    if isinstance(value, str):
        yield key, value
    members = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in members:
        yield from _strings(member, f"{key}.{name}" if key else str(name))
