"""JSON for people: a field a line, but numbers of one list beside each other."""

import json
import re
from typing import Any

_NUMBERS = re.compile(r"\[\n[-+.,\deE\s]+\]")
"""A list of numbers alone, as `json` lays it out. No text looks like it: in those a line break is `\\n`."""


def compact_json(value: Any, indent: int = 2, allow_nan: bool = True) -> str:
    """As `json.dumps` with `indent`, but for lists of numbers.

    Args:
        value: to write.
        indent: spaces a level.
        allow_nan: whether what is no number may stand in it, which JSON does not know.

    Raises:
        ValueError: it may not, and does.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=allow_nan)
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[0][1:-1].split())}]", text)
