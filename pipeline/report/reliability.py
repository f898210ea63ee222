"""The reliability diagram: what the model said, how often it was right, and what chance does to that."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.report.charts import ACCENT, INK, QUIET, SIZE, WASH, drawing, inline, plain_axes

_DRAWS = 10_000


def bands(bins: Sequence[dict[str, Any]], seed: int = 0) -> list[tuple[float, float]]:
    """Between which accuracies 95 of 100 perfectly calibrated models would lie, bin by bin.

    Args:
        bins: each with its `count` and its mean `confidence`.
        seed: of the draws.
    """
    generator = np.random.default_rng(seed)
    found = []
    for each in bins:
        right = generator.binomial(each["count"], min(each["confidence"], 1.0), _DRAWS) / each["count"]
        low, high = np.quantile(right, (0.025, 0.975))
        found.append((float(low), float(high)))
    return found


def reliability_chart(bins: Sequence[dict[str, Any]], name: str) -> Markup:
    """The diagram of some bins, at least one; `name` begins its ids."""
    with drawing():
        figure = Figure(figsize=(SIZE[0], SIZE[0]))
        axes = plain_axes(figure, "probability that the model gave", "share that was right")
        _draw(axes, bins)
        inside = sum(low <= each["accuracy"] <= high for each, (low, high) in _banded(bins))
        total = sum(each["count"] for each in bins)
        text = (
            f"Reliability diagram of {total} answers in {len(bins)} bins; {inside} of the bins lie where a "
            "perfectly calibrated model would."
        )
        return inline(figure, name, text)


def _draw(axes: Axes, bins: Sequence[dict[str, Any]]) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=(0, (3, 2)), label="perfect")
    largest = max(each["count"] for each in bins)
    for number, (each, (low, high)) in enumerate(_banded(bins)):
        label = None if number else "perfect, by chance"
        x, size = each["confidence"], 20 + 160 * each["count"] / largest
        axes.plot(
            [x, x], [low, high], color=WASH, linewidth=9, solid_capstyle="butt", label=label, zorder=1.5
        )
        label = None if number else "this model"
        is_inside = low <= each["accuracy"] <= high
        axes.scatter(
            [x],
            [each["accuracy"]],
            s=size,
            facecolor=ACCENT if is_inside else "none",
            edgecolor=ACCENT if is_inside else INK,
            linewidth=1.5,
            zorder=3,
            label=label,
        )
    left = max(0.0, min(each["up_to"] for each in bins) - 0.1)
    axes.set_xlim(left, 1.02)
    axes.set_ylim(-0.02, 1.03)
    axes.legend(frameon=False, loc="lower right", fontsize=9, labelcolor=QUIET)


def _banded(bins: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], tuple[float, float]]]:
    return list(zip(bins, bands(bins), strict=True))
