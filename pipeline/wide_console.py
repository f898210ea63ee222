"""Where tables are printed: a terminal folds what is too long, a pipe gets a line on one line."""

from rich.console import Console

_PIPE_WIDTH = 10_000


def wide_console() -> Console:
    """Standard output."""
    console = Console()
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    return console
