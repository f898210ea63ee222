"""The kinds of plots that the benchmarks draw, in one look.

Synopsis:
    bar_chart(FOLDER / "extraction.png", "Extraction", ["ours", "bare loop"], [104, 112], "images/s")
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from benchmarks.look import (
    COLOURS,
    MARKERS,
    NAME_GAP,
    QUIET,
    STYLE,
    apart,
    name_ends,
    name_place,
    number,
    save,
    separate_thousands,
    sheet,
)

FOLDER = Path(__file__).parent.parent / "docs" / "benchmarks"

_MOST_TICKS = 8
"""Of numbers at equal distances: more of them run into one another."""


def bar_chart(path: Path, title: str, labels: Sequence[str], values: Sequence[float], unit: str) -> None:
    """Horizontal bars in the given order, each with its figure.

    Args:
        path: the PNG to write.
        title: what is to be seen, as a statement.
        labels: a name for each bar.
        values: 0 or more.
        unit: of the values, such as `images/s`.
    """
    with rc_context(STYLE):
        figure, axes = sheet(title, height=1.5 + 0.52 * len(labels))
        rows = np.arange(len(labels))[::-1]
        axes.barh(rows, values, height=0.62, color=COLOURS[0])
        for row, value in zip(rows, values, strict=True):
            axes.annotate(number(value), (value, row), xytext=(5, 0), textcoords="offset points", va="center")
        axes.set_yticks(rows, labels)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.set_xlim(0, max(values) * 1.1)
        separate_thousands(axes)
        axes.set_xlabel(unit)
        save(figure, path)


def curves(
    path: Path,
    title: str,
    x: Sequence[float] | Sequence[str],
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    x_label: str,
    y_label: str,
    scale: Literal["linear", "log"] = "linear",
    from_zero: bool = False,
) -> None:
    """A line for each name, with a band of its spread.

    Args:
        path: the PNG to write.
        title: what is to be seen, as a statement.
        x: numbers, or names that are set at equal distances.
        series: name -> (mean, spread), both as long as `x`; NaN where there is no value, spread 0 for none.
        x_label: what `x` is, with its unit.
        y_label: what the values are, with their unit.
        scale: of numbers in `x`.
        from_zero: whether the values' axis starts there; right for sizes, not for accuracies.
    """
    with rc_context(STYLE):
        figure, axes = sheet(title)
        names = [str(value) for value in x] if any(isinstance(value, str) for value in x) else []
        places = np.arange(len(x), dtype=float) if names else np.asarray(x, dtype=float)
        ends = {}
        for index, (name, (mean, spread)) in enumerate(series.items()):
            colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
            middle, width = np.asarray(mean, dtype=float), np.asarray(spread, dtype=float)
            axes.fill_between(places, middle - width, middle + width, color=colour, alpha=0.15, linewidth=0)
            axes.plot(places, middle, color=colour, marker=marker, markeredgecolor="white", clip_on=False)
            last = int(np.flatnonzero(np.isfinite(middle))[-1])
            ends[name] = (middle[last], colour)
        axes.set_xscale(scale)
        told = slice(None, None, 1 if names or scale == "log" else -(-len(places) // _MOST_TICKS))
        axes.set_xticks(places[told], names or [number(value) for value in places[told]])
        axes.xaxis.set_minor_locator(NullLocator())
        separate_thousands(axes)
        axes.grid(visible=False, axis="x")
        if from_zero:
            axes.set_ylim(0, axes.get_ylim()[1] * 1.05)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        name_ends(axes, ends)
        save(figure, path)


def points(
    path: Path,
    title: str,
    places: Mapping[str, tuple[float, float, float]],
    x_label: str,
    y_label: str,
    scale: Literal["linear", "log"] = "linear",
) -> None:
    """Named points with the spread of their height: what each way costs, and what it reaches.

    Args:
        path: the PNG to write.
        title: what is to be seen, as a statement.
        places: name -> (x, mean of y, spread of y).
        x_label: what x is, with its unit.
        y_label: what y is, with its unit.
        scale: of x.
    """
    with rc_context(STYLE):
        figure, axes = sheet(title)
        for index, (x, y, spread) in enumerate(places.values()):
            colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
            axes.errorbar(x, y, yerr=spread, color=colour, marker=marker, markersize=9, capsize=0)
        axes.set_xscale(scale)
        axes.margins(x=0.12, y=0.15)
        low, high = axes.get_ylim()
        heights = apart([y for _, y, _ in places.values()], NAME_GAP * (high - low))
        for index, ((name, (x, _, _)), height) in enumerate(zip(places.items(), heights, strict=True)):
            name_place(axes, name, (x, height), COLOURS[index % len(COLOURS)], axes.transData, 10)
        if scale == "linear":
            separate_thousands(axes)
        else:
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.12g}"))
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        save(figure, path)


def before_and_after(
    path: Path,
    title: str,
    rows: Mapping[str, tuple[float, float, tuple[float, float]]],
    names: tuple[str, str, str],
    x_label: str,
) -> None:
    """A row for each name: where it stood, where it went, and the region where it should be.

    Args:
        path: the PNG to write.
        title: what is to be seen, as a statement.
        rows: name -> (before, after, (low, high) of the region), each 0 or more.
        names: what these three are called.
        x_label: what is measured, with its unit.
    """
    hollow: dict[str, Any] = {"color": "none", "marker": "o", "markeredgewidth": 2, "markersize": 7}
    hollow |= {"markerfacecolor": "white", "markeredgecolor": COLOURS[1]}
    full: dict[str, Any] = {**hollow, "markerfacecolor": COLOURS[0], "markeredgecolor": COLOURS[0]}
    shade: dict[str, Any] = {"color": COLOURS[2], "alpha": 0.18, "linewidth": 0}
    arrow = {"arrowstyle": "-|>", "color": QUIET, "lw": 1.4, "shrinkA": 7, "shrinkB": 7}
    with rc_context(STYLE):
        figure, axes = sheet(title, height=1.9 + 0.5 * len(rows))
        for row, (before, after, (low, high)) in enumerate(reversed(list(rows.values()))):
            axes.barh(row, high - low, left=low, height=0.7, **shade)
            axes.annotate("", (after, row), xytext=(before, row), arrowprops=arrow)
            axes.plot(before, row, **hollow)
            axes.plot(after, row, **full)
        handles = [Line2D([], [], **hollow), Line2D([], [], **full), Patch(**shade)]
        where: dict[str, Any] = {
            "loc": "lower left",
            "bbox_to_anchor": (0, 1),
            "borderaxespad": 0,
            "ncols": 3,
        }
        axes.legend(handles, names, frameon=False, handletextpad=0.3, **where)
        axes.set_yticks(range(len(rows)), list(rows)[::-1])
        axes.set_xlim(0, max(max(before, after, high) for before, after, (_, high) in rows.values()) * 1.08)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(x_label)
        save(figure, path)
