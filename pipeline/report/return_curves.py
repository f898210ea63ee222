"""Returns and entropy over the steps of a training by reward, phase after phase."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from pipeline.report.charts import ACCENT, FAINT, QUIET, SIZE, drawing, inline, plain_axes

Lines = dict[str, str]
"""Columns of the curve by what each is called; `eval` stands out."""
_RETURNS: Lines = {"train": "train_return", "eval": "eval_return"}
_LENGTHS: Lines = {"train": "train_length", "eval": "eval_length"}
_ENTROPY: Lines = {"policy": "entropy"}


def return_charts(phases: Sequence[dict[str, Any]], name: str) -> list[Markup]:
    """Charts of returns, entropy, and lengths where episodes are of more than one step.

    Args:
        phases: of one training, each with `name`, `kept_step` and `curve`.
        name: of the training; ids begin so.

    Returns:
        None where no curve was written down.
    """
    points = [point for phase in phases for point in phase.get("curve", ())]
    if not points:
        return []
    is_long = any((point.get("eval_length") or 1) > 1 for point in points)
    return [
        _chart(phases, "mean return of an episode", _RETURNS, f"{name}-return"),
        _chart(phases, "entropy of the policy, in nats", _ENTROPY, f"{name}-entropy"),
        *([_chart(phases, "steps of an episode", _LENGTHS, f"{name}-length")] if is_long else []),
    ]


def _chart(phases: Sequence[dict[str, Any]], what: str, lines: Lines, name: str) -> Markup:
    with drawing():
        figure = Figure(figsize=SIZE)
        axes = plain_axes(figure, "steps taken", what)
        start = 0.0
        for number, phase in enumerate(phases):
            _draw_phase(axes, phase, lines, start, is_first=number == 0)
            start += phase["steps"]
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.set_xlim(0, max(start, 1.0))
        axes.margins(y=0.14)  # room for the names of the phases
        if len(lines) > 1:
            axes.legend(frameon=False, loc="best", fontsize=9, labelcolor=QUIET, handlelength=1.6)
        return inline(figure, name, _described(phases, what, list(lines.values())[-1]))


def _draw_phase(axes: Axes, phase: dict[str, Any], lines: Lines, start: float, is_first: bool) -> None:
    curve = phase.get("curve", ())
    for label, column in lines.items():
        known = [(start + point["steps"], point[column]) for point in curve if point.get(column) is not None]
        is_train = label == "train"
        axes.plot(
            [step for step, _ in known],
            [value for _, value in known],
            color=QUIET if is_train else ACCENT,
            linestyle=(0, (3, 2)) if is_train else "solid",
            linewidth=1.7,
            marker="." if len(known) == 1 else "",
            label=label if is_first else "_",
        )
    kept = [point for point in curve if point["steps"] == phase["kept_step"]]
    if lines is _RETURNS and kept:
        point = (start + kept[-1]["steps"], kept[-1]["eval_return"])
        name = "kept" if is_first else "_"
        axes.plot(*([value] for value in point), "o", color=ACCENT, markersize=6, label=name, clip_on=False)
    if not is_first:
        axes.axvline(start, color=FAINT, linewidth=1)
    axes.annotate(
        phase["name"],
        (start, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -2),
        textcoords="offset points",
        va="top",
        color=QUIET,
        fontsize=9,
    )


def _described(phases: Sequence[dict[str, Any]], what: str, column: str) -> str:
    """The chart in words."""
    parts = []
    for phase in phases:
        known = [point[column] for point in phase.get("curve", ()) if point.get(column) is not None]
        if known:
            way = f"from {known[0]:.3f} to {known[-1]:.3f}"
            parts.append(f"phase {phase['name']}: {phase['steps']} steps, {way}")
    return f"{what.capitalize()} by steps taken; {'; '.join(parts)}."
