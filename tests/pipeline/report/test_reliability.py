"""The reliability diagram, and where chance takes a perfect model."""

import pytest

from pipeline.report.reliability import bands, reliability_chart

BINS = [
    {"up_to": 0.6, "count": 10, "accuracy": 0.0, "confidence": 0.55},
    {"up_to": 1.0, "count": 1000, "accuracy": 0.9, "confidence": 0.9},
]


def test_bands_are_those_of_the_binomial_distribution() -> None:
    from scipy.stats import binom

    found = bands(BINS)
    for each, band in zip(BINS, found, strict=True):
        exact = binom.ppf([0.025, 0.975], each["count"], each["confidence"]) / each["count"]
        assert band == pytest.approx(exact, abs=0.01)


def test_confidence_that_rounding_took_beyond_one() -> None:
    assert bands([{"up_to": 1.0, "count": 3, "accuracy": 1.0, "confidence": 1 + 1e-7}]) == [(1.0, 1.0)]


def test_diagram_says_how_many_bins_lie_in_the_band() -> None:
    chart = reliability_chart(BINS, "r")
    assert "Reliability diagram of 1010 answers in 2 bins; 1 of the bins lie" in chart
    assert "share that was right" in chart
