"""The one look of all plots: white paper, few lines, colours that the colour-blind can tell apart.

Names stand beside what they name, so that no legend has to be looked up. Colours are those of Okabe and Ito
(https://jfly.uni-koeln.de/color/), darkened where they carry text.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import StrMethodFormatter
from matplotlib.transforms import Transform

COLOURS = ("#0072B2", "#BF4F08", "#00805E", "#A8528A", "#8A6D00", "#3A3A3A", "#7B3F1D")
"""Blue, vermilion, green, purple, ochre, ink, brown; in this order."""
INK, QUIET, GRID = "#222222", "#6B6B6B", "#E4E4E4"
MARKERS = ("o", "s", "D", "^", "v", "P", "X")
"""A second way to tell series apart, for print in grey."""

_WIDTH, _HEIGHT = 8.0, 4.6
"""Inches, at 160 points an inch: 1280 pixels, which a README shows at half."""
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.9,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "lines.linewidth": 2.2,
    "lines.markersize": 6.5,
}
_NAME_SIZE, NAME_GAP = 10.5, 0.062
"""Of names beside the lines: points, and the least distance between two, as a share of the height."""


def number(value: float) -> str:
    """Three digits that matter, thousands apart: `0.885`, `12.3`, `1,840`."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Moves heights as little as needed until each two are at least `gap` apart; their order stays.

    The least squares solution: neighbours that touch move as one block, around their common mean.
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    blocks: list[list[float]] = []
    for place, index in enumerate(order):
        blocks.append([heights[index] - place * gap])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    level = [float(np.mean(block)) for block in blocks for _ in block]
    moved = dict(zip(order, level, strict=True))
    return [moved[index] + order.index(index) * gap for index in range(len(heights))]


def sheet(title: str, height: float = _HEIGHT) -> tuple[Figure, Axes]:
    """A figure with its title above one pair of axes; `height` in inches."""
    figure = Figure(figsize=(_WIDTH, height), dpi=160, layout=ConstrainedLayoutEngine(w_pad=0.14, h_pad=0.14))
    axes = figure.add_subplot()
    figure.suptitle(title, x=0.018, ha="left", fontsize=13, fontweight="bold")
    return figure, axes


def separate_thousands(axes: Axes) -> None:
    """Writes 1,000 on each axis that goes so far."""
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        if max(limits) >= 1000:
            axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def name_ends(axes: Axes, ends: Mapping[str, tuple[float, str]]) -> None:
    """Writes each name to the right of where its line ends, none over another."""
    low, high = axes.get_ylim()
    shares = [(height - low) / (high - low) for height, _ in ends.values()]
    for (name, (_, colour)), share in zip(ends.items(), apart(shares, NAME_GAP), strict=True):
        name_place(axes, name, (1, share), colour, axes.transAxes, 6)


def name_place(
    axes: Axes, name: str, place: tuple[float, float], colour: str, system: Transform, distance: int
) -> None:
    """Writes a name beside a place in `system`, `distance` points away: where there is more room."""
    share = (system - axes.transAxes).transform(place)[0]
    side = -1 if 0.5 < share < 1 else 1
    look: dict[str, Any] = {"color": colour, "fontsize": _NAME_SIZE, "fontweight": "bold", "va": "center"}
    look["ha"] = "left" if side > 0 else "right"
    axes.annotate(name, place, (side * distance, 0), xycoords=system, textcoords="offset points", **look)


def save(figure: Figure, path: Path) -> None:
    """Writes the PNG, and its folder if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # No version of matplotlib in the file: the same figures make the same bytes.
    figure.savefig(path, metadata={"Software": None})
