"""The way of a window over a picture, as a drawing to lay over it: places in percent of its sides."""

from collections.abc import Sequence
from typing import Any


def way_of(places: Sequence[tuple[int, int]], window: float, positions: int) -> dict[str, Any]:
    """Where the window went.

    Args:
        places: column and row of each glimpse, in their order; at least one.
        window: side of the window, a share of the picture's.
        positions: places that it can take, in each direction; at least two.

    Returns:
        `side` of the window; `windows`, the corners (left, top) of each place that it was at, but not of
        `last`, the one where it ended; `line`, the points of the line that joins their middles; `begin` and
        `end`, its first and last point; `words`, the same for who does not see it.
    """
    step = 100 * (1 - window) / (positions - 1)
    side = round(100 * window, 2)
    corners = [(round(step * column, 2), round(step * row, 2)) for column, row in places]
    middles = [(round(left + side / 2, 2), round(top + side / 2, 2)) for left, top in corners]
    last = corners[-1]
    return {
        "side": side,
        "windows": [corner for corner in dict.fromkeys(corners) if corner != last],
        "last": last,
        "line": " ".join(f"{x},{y}" for x, y in middles),
        "begin": middles[0],
        "end": middles[-1],
        "words": ", ".join(f"column {column + 1} row {row + 1}" for column, row in places),
    }
