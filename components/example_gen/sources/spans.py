"""A growing data set: `{SPAN}` in the path stands for the number of a span, as in TFX.

`pictures/span-{SPAN}` reads span-1, span-2, ... in the order of their numbers, each by the source that
it would be read by alone.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from components.example_gen import files
from components.example_gen.rows import Row
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig

MARK = "{SPAN}"
_LAST = 2**63 - 1
"""ML Metadata keeps the number in 64 bits."""


def rows(config: DataConfig, read: Callable[[DataConfig], Iterable[Row]]) -> Iterator[Row]:
    """The rows of all spans. Each path begins with the name of its span, so that none occurs twice.

    Args:
        config: its path holds the mark once; its root may hold it, too.
        read: lists the rows of one span.

    Raises:
        InputError: no span is there, two have one number, a number is beyond 64 bits, or one of them
            cannot be listed.
    """
    for span in _spans(config.path or ""):
        root = config.root and config.root.replace(MARK, span.digits)
        for row in read(config.model_copy(update={"path": span.path, "root": root})):
            yield replace(row, path=f"{span.name}/{row.path}", span=span.number)


@dataclass(frozen=True)
class _Span:
    """One span: its number, the number as written, the entry's name, and the path to read."""

    number: int
    digits: str
    name: str
    path: str


def _spans(pattern: str) -> list[_Span]:
    """The spans that are there, by their numbers."""
    before, _, after = pattern.partition(MARK)
    if MARK in after:
        raise InputError(f"`{pattern}` holds {MARK} twice. Once is enough.")
    parent, head = os.path.split(before)
    tail, slash, rest = after.partition("/")
    shape = re.compile(re.escape(head) + r"([0-9]+)" + re.escape(tail))
    found: dict[int, _Span] = {}
    names = files.entries(parent or ".") if files.is_folder(parent or ".") else []
    for name in names:
        if match := shape.fullmatch(name):
            number = int(match[1])
            if number > _LAST:
                raise InputError(f"`{os.path.join(parent, name)}`: no span has a number above {_LAST:,}.")
            if number in found:
                raise InputError(f"`{parent}` holds `{found[number].name}` and `{name}`: one span twice.")
            found[number] = _Span(number, match[1], name, os.path.join(parent, name) + slash + rest)
    if not found:
        raise InputError(
            f"no span: nothing is there by the name `{pattern}`, with a number for {MARK}. The first one is "
            f"`{pattern.replace(MARK, '1')}`."
        )
    return [found[number] for number in sorted(found)]
