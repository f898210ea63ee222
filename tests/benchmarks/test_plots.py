"""Every kind of plot is drawn, and says what it was given."""

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import plots
from benchmarks.look import COLOURS

NAN = math.nan
Draw = Callable[[Path], None]


def bars(path: Path, second: float = 5.0) -> None:
    plots.bar_chart(path, "Bars", ["one", "two"], [1.0, second], "images/s")


def curves(path: Path, second: float = 0.7) -> None:
    series = {"ours": ([0.5, 0.6], [0.1, 0.0]), "theirs": ([NAN, second], [NAN, 0.1])}
    plots.curves(path, "Curves", ["1", "all"], series, "pictures", "accuracy")


def numbers(path: Path, second: float = 1700.0) -> None:
    series = {"memory": ([1500, second], [0, 0])}
    plots.curves(path, "Numbers", [1000, 50_000], series, "pictures", "MiB", "log", from_zero=True)


def points(path: Path, second: float = 0.6) -> None:
    places = {"fast": (10.0, 0.5, 0.1), "best": (1000.0, second, 0.0)}
    plots.points(path, "Points", places, "seconds", "accuracy", "log")


def changes(path: Path, second: float = 0.02) -> None:
    rows = {"seed 1": (0.1, 0.03, (0.01, 0.04)), "seed 2": (0.08, second, (0.01, 0.05))}
    plots.before_and_after(path, "Changes", rows, ("before", "after", "band"), "error")


def shares(path: Path, second: float = 0.6) -> None:
    places = {"ours": (0.1, 0.5, 0.1), "theirs": (1.0, second, 0.0)}
    plots.points(path, "Shares", places, "share of the time", "accuracy", "log")


DRAWS = {
    "bars": bars,
    "curves": curves,
    "numbers": numbers,
    "points": points,
    "shares": shares,
    "changes": changes,
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=list(DRAWS))
def test_plot_is_a_png_that_follows_its_figures(draw: Callable[..., None], tmp_path: Path) -> None:
    draw(tmp_path / "new" / "one.png")
    draw(tmp_path / "again.png")
    draw(tmp_path / "other.png", 0.01)
    digests = [
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("new/one.png", "again.png", "other.png")
    ]
    assert digests[0] == digests[1] != digests[2]
    image = np.asarray(Image.open(tmp_path / "again.png").convert("RGB")).reshape(-1, 3)
    assert (image == 255).all(axis=1).mean() > 0.5, "white paper"
    blue = tuple(int(COLOURS[0][place : place + 2], 16) for place in (1, 3, 5))
    assert (image == blue).all(axis=1).any(), "drawn in the first colour"


def test_shares_keep_their_decimals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(plots, "save", lambda figure, path: drawn.append(figure))
    shares(tmp_path / "shares.png")
    points(tmp_path / "points.png")
    ticks = [[label.get_text() for label in figure.axes[0].get_xticklabels()] for figure in drawn]
    assert "0.2" in ticks[0] and "1" in ticks[0]
    assert "1,000" in ticks[1] and "20" in ticks[1]
