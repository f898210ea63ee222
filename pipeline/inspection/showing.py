"""What a command found, for a terminal, a pipe or a script."""

import json
from typing import Any

from rich.console import RenderableType

from pipeline.wide_console import wide_console


def show(values: Any, view: RenderableType, as_json: bool) -> None:
    """Prints.

    Args:
        values: what was found, as plain values.
        view: the same for people; a terminal folds what is too long, a pipe gets a line on one line.
        as_json: prints `values`.
    """
    if as_json:
        print(json.dumps(values, indent=2, ensure_ascii=False))
        return
    wide_console().print(view)
