"""Histogram of returns."""

import pytest

from pipeline.report.histogram import returns_histogram


def test_histogram_is_drawn_and_told() -> None:
    chart = returns_histogram([-1.0, -1.0, 2.0], "h")
    assert "3 episodes: from -1.000 to 2.000, mean 0.000, most often between -1.000 and 0.500" in chart
    for text in ("return of an episode", "episodes", "mean"):
        assert f">{text}</text>" in chart


@pytest.mark.parametrize("returns", [[0.5], [0.5, 0.5], [1e9, -1e9], [float(each) for each in range(500)]])
def test_any_returns_can_be_drawn(returns: list[float]) -> None:
    assert returns_histogram(returns, "h").startswith("<svg")
