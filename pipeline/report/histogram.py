"""How often episodes returned how much."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.report.charts import ACCENT, INK, QUIET, SIZE, WASH, drawing, inline, plain_axes

_MOST_BINS = 20


def returns_histogram(returns: Sequence[float], name: str) -> Markup:
    """The histogram of at least one return, with its mean; `name` begins its ids."""
    values = np.asarray(returns, np.float64)
    bins = min(_MOST_BINS, max(len(np.unique(values)), 1))
    with drawing():
        figure = Figure(figsize=SIZE)
        axes = plain_axes(figure, "return of an episode", "episodes")
        counts, edges, _ = axes.hist(values, bins=bins, color=WASH, edgecolor=ACCENT, linewidth=1)
        axes.axvline(float(values.mean()), color=INK, linewidth=1.2, linestyle=(0, (3, 2)), label="mean")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.set_ylim(0, 1.18 * float(np.max(counts)))  # room for the legend
        axes.legend(frameon=False, loc="best", fontsize=9, labelcolor=QUIET, handlelength=1.6)
        low, high = edges[np.argmax(counts) : np.argmax(counts) + 2]
        text = (
            f"Histogram of the returns of {len(values)} episodes: from {values.min():.3f} to "
            f"{values.max():.3f}, mean {values.mean():.3f}, most often between {low:.3f} and {high:.3f}."
        )
        return inline(figure, name, text)
