"""A seed is said to lie inside of the band, below or above it."""

from benchmarks.calibration import lines
from benchmarks.results import Row


def row(error: float) -> Row:
    found = {"temperature": 1.4, "ece_uncalibrated": 0.08, "ece": error, "band_95": [0.01, 0.04]}
    return {"calibration": found}


def test_lines() -> None:
    assert lines({17: row(0.03), 18: row(0.05), 19: row(0.005)}) == [
        ["17", "1.400", "0.080", "0.030", "0.010 to 0.040", "inside"],
        ["18", "1.400", "0.080", "0.050", "0.010 to 0.040", "above"],
        ["19", "1.400", "0.080", "0.005", "0.010 to 0.040", "below"],
    ]
