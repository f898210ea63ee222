"""matplotlib's SVG as a part of the page: it takes the page's colours and font, in the dark and on paper too.

matplotlib knows no CSS. So a chart is drawn in stand-in colours, one for each role, and these are replaced by
the page's variables in what it wrote.

Synopsis:
    with drawing():
        figure = Figure(figsize=SIZE)
        figure.add_subplot().plot(values, color=ACCENT)
        chart = inline(figure, "loss", "The loss falls.")
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, QUIET, FAINT, ACCENT, WASH = ROLES = ("#010203", "#040506", "#070809", "#0a0b0c", "#0d0e0f")
"""Lines of text, of less weight, of the grid; what is spoken of; areas behind it."""
_VARIABLES = dict(zip(ROLES, ("--ink", "--quiet", "--line", "--accent", "--wash"), strict=True))
SIZE = (4.6, 3.1)
"""Inches: as wide as a phone, where letters of 10 points are as large as the page's small ones."""

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "graft",
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # names of phases and classes are no formulas
    "axes.edgecolor": FAINT,
    "axes.labelcolor": QUIET,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": "none",
    # What constrained layout would find, for figures of up to five signs, in half the time.
    "figure.subplot.left": 0.11,
    "figure.subplot.right": 0.98,
    "figure.subplot.bottom": 0.15,
    "figure.subplot.top": 0.91,
}


@contextmanager
def drawing() -> Iterator[None]:
    """The look of all charts, inside of the `with` block."""
    with rc_context(_STYLE):
        yield


def plain_axes(figure: Figure, x: str, y: str) -> Axes:
    """Axes with their two labels; that of the upright one stands on top, where it is read without turning."""
    axes = figure.add_subplot()
    axes.set_xlabel(x)
    axes.set_title(y, loc="left", fontsize=10, color=QUIET)
    return axes


def inline(figure: Figure, name: str, description: str) -> Markup:
    """The chart as an element of the page.

    Args:
        figure: drawn inside of `drawing()`.
        name: another one for each chart of a page: its ids begin so.
        description: what it shows, for who does not see it.
    """
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    FigureCanvasSVG(figure).print_svg(buffer, metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    for stand_in, variable in _VARIABLES.items():
        svg = svg.replace(stand_in, f"var({variable})")
    svg = re.sub(r"font: (\d+(?:\.\d+)?)px [^;\"]*", r"font-size: \1px", svg)
    opening = f'<svg role="img" aria-label="{escape(description)}" class="chart"'
    svg = re.sub(r'<svg([^>]*?) width="[^"]*"', lambda found: f"{opening}{found[1]}", svg, count=1)
    svg = re.sub(r'^(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    return Markup(svg)  # escaped by matplotlib, which wrote it
