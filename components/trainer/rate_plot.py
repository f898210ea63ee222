"""What a sweep of the rates found, as a picture and as figures."""

import io
import json
import os
from typing import Any

import numpy as np
import tensorflow as tf
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from components.trainer.rate_finder import Sweep

JSON_FILE = "rate_finder.json"
PNG_FILE = "rate_finder.png"

_BLUE, _VERMILION, _QUIET, _GRID = "#0072B2", "#C8550B", "#6B6B6B", "#E4E4E4"
"""Colours that the colour-blind can tell apart: Okabe and Ito, https://jfly.uni-koeln.de/color/."""
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.edgecolor": _QUIET,
    "axes.labelcolor": _QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": _GRID,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "xtick.minor.visible": False,
    "ytick.major.size": 0,
}


def write_sweep(sweep: Sweep, phase: str, chosen: float, directory: str) -> None:
    """Writes `rate_finder.json` and `rate_finder.png`.

    Args:
        sweep: rates and losses.
        phase: its name.
        chosen: the rate that the head will learn at.
        directory: made if it is not there; any file system that TensorFlow knows.
    """
    tf.io.gfile.makedirs(directory)
    fields = {"chosen": chosen, "rates": sweep.rates.tolist(), "losses": sweep.losses.tolist()}
    with tf.io.gfile.GFile(os.path.join(directory, JSON_FILE), "w") as file:
        file.write(json.dumps(fields, indent=2))
    with tf.io.gfile.GFile(os.path.join(directory, PNG_FILE), "wb") as file:
        file.write(_png(sweep, phase, chosen))


def _png(sweep: Sweep, phase: str, chosen: float) -> bytes:
    buffer = io.BytesIO()
    with rc_context(_STYLE):
        figure = Figure(figsize=(8, 4.6), dpi=160, layout="constrained")
        axes = figure.add_subplot()
        figure.suptitle(f"{phase}: loss at each rate", x=0.018, ha="left", fontsize=13, fontweight="bold")
        _draw(axes, sweep, chosen)
        # No version of matplotlib in the file: the same figures make the same bytes.
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _draw(axes: Axes, sweep: Sweep, chosen: float) -> None:
    smoothed = sweep.smoothed
    axes.plot(sweep.rates, sweep.losses, ".", color=_BLUE, alpha=0.35, markersize=6, markeredgewidth=0)
    axes.plot(sweep.rates, smoothed, color=_BLUE, linewidth=2.4)
    axes.set_xscale("log")
    axes.set_xlim(sweep.rates[0], 1)
    axes.set_xlabel("rate of the head")
    axes.set_ylabel("loss on training batches")
    # What follows the turn would press everything worth seeing against the ground.
    low, start = float(smoothed.min()), float(smoothed[0])
    fall = max(start - low, 0.02 * start)
    axes.set_ylim(low - 0.25 * fall, start + 0.5 * fall)
    height = float(np.interp(np.log(chosen), np.log(sweep.rates), smoothed))
    axes.axvline(chosen, color=_VERMILION, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.plot([chosen], [height], "o", color=_VERMILION, markersize=9, markeredgecolor="white")
    axes.annotate(
        f"{chosen:.1e}",
        (chosen, 1),
        xytext=(6, -4),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        va="top",
        color=_VERMILION,
        fontweight="bold",
    )
