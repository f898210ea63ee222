"""Loss and accuracy over the epochs of a training, phase after phase."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.report.charts import ACCENT, FAINT, QUIET, SIZE, drawing, inline, plain_axes

CURVES = {"loss": "loss", "accuracy": "accuracy"}
"""What is drawn, by the end of its name in the history, and what it is called."""


def curve_charts(phases: Sequence[dict[str, Any]], name: str) -> list[Markup]:
    """A chart of each of `CURVES`; none where no epochs were written down.

    Args:
        phases: of one training, each with `name`, `kept_epoch` and `history`.
        name: of the training; ids begin so.
    """
    if not any(phase.get("history") for phase in phases):
        return []
    return [_chart(phases, curve, f"{name}-{curve}") for curve in CURVES]


def _chart(phases: Sequence[dict[str, Any]], curve: str, name: str) -> Markup:
    with drawing():
        figure = Figure(figsize=SIZE)
        axes = plain_axes(figure, "epoch", CURVES[curve])
        start = 0
        for number, phase in enumerate(phases):
            _draw_phase(axes, phase, curve, start, is_first=number == 0)
            start += len(phase["history"])
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        axes.set_xlim(0.5, start + 0.5)
        axes.margins(y=0.14)  # room for the names of the phases
        axes.legend(frameon=False, loc="best", fontsize=9, labelcolor=QUIET, handlelength=1.6)
        return inline(figure, name, _described(phases, curve))


def _draw_phase(axes: Axes, phase: dict[str, Any], curve: str, start: int, is_first: bool) -> None:
    epochs = [start + number for number in range(1, len(phase["history"]) + 1)]
    for split, colour, style in (("train", QUIET, (0, (3, 2))), ("eval", ACCENT, "solid")):
        values = [_number(epoch[f"{split}_{curve}"]) for epoch in phase["history"]]
        label = split if is_first else None
        marker = "o" if len(values) == 1 else ""
        axes.plot(epochs, values, color=colour, linestyle=style, linewidth=1.7, marker=marker, label=label)
        kept = phase["kept_epoch"]
        if split == "eval" and kept:
            label = "kept" if is_first else None
            axes.plot([epochs[kept - 1]], [values[kept - 1]], "o", color=ACCENT, markersize=6, label=label)
    if not is_first:
        axes.axvline(start + 0.5, color=FAINT, linewidth=1)
    axes.annotate(
        phase["name"],
        (start + 0.5, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -2),
        textcoords="offset points",
        va="top",
        color=QUIET,
        fontsize=9,
    )


def _described(phases: Sequence[dict[str, Any]], curve: str) -> str:
    """The chart in words."""
    parts = []
    for phase in phases:
        values = [epoch[f"eval_{curve}"] for epoch in phase["history"]]
        known = [value for value in values if value is not None]
        if known:
            way = f"from {known[0]:.3f} to {known[-1]:.3f}"
            parts.append(f"phase {phase['name']}: {len(values)} epochs, {way}")
    return f"{CURVES[curve].capitalize()} on eval by epoch; {'; '.join(parts)}."


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
