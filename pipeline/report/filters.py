"""Numbers and intervals as the page and the card write them."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup, escape

NONE = "\N{EN DASH}"
"""Where there is no figure."""


def number(value: float | None, digits: int = 3) -> str:
    """`0.876`, `1,234.5`."""
    return NONE if value is None else f"{value + 0.0:,.{digits}f}"


def amount(value: float) -> str:
    """`1,200`, `0.3`: no more digits than it has, up to four."""
    return f"{value + 0.0:,.4f}".rstrip("0").rstrip(".")


def signed(value: float, digits: int = 3) -> str:
    """`+0.876`."""
    return f"{value + 0.0:+,.{digits}f}"


def interval(ends: Sequence[float] | None, digits: int = 3) -> str:
    """`0.846 to 0.902`."""
    return NONE if ends is None else f"{number(ends[0], digits)} to {number(ends[1], digits)}"


def percent(share: float | None) -> str:
    """`69.8 %`."""
    return NONE if share is None else f"{100 * share:.1f} %"


def count(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def seconds(value: float | None) -> str:
    """`3 min 34 s`, `12.3 s`."""
    if value is None:
        return NONE
    return f"{value:.1f} s" if value < 60 else f"{round(value) // 60} min {round(value) % 60} s"


def rate(value: float | None) -> str:
    """`3.0e-04`, or `frozen`."""
    return "frozen" if value is None else f"{value:.1e}"


def plural(value: int, one: str, many: str = "") -> str:
    """`1 picture`, `2 pictures`."""
    return f"{count(value)} {one if value == 1 else many or f'{one}s'}"


def ticked(text: str) -> Markup:
    """Escaped, and what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


_ALL = (number, amount, signed, interval, percent, count, seconds, rate, plural, ticked)
FILTERS: dict[str, Callable[..., Any]] = {each.__name__: each for each in _ALL}
