"""What chance explains where many slices are looked at: one of them is always the worst.

Synopsis:
    holm([chance_of_as_many(mistakes, pictures, all_mistakes, all_pictures) for each slice])
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr, stdtrit

from components.evaluator import intervals
from components.evaluator.intervals import Interval

LEVEL = 0.05
"""How often chance alone may name any slice at all, however many there are."""


def chance_of_as_many(mistakes: int, pictures: int, all_mistakes: int, all_pictures: int) -> float:
    """How often a slice that is no worse than the rest has as many mistakes, or more.

    Fisher's exact test, to one side: as if the slice's pictures had been drawn from all.

    Args:
        mistakes: in the slice.
        pictures: of the slice.
        all_mistakes: in the slice and in the rest.
        all_pictures: of both.
    """
    from scipy.stats import hypergeom  # takes long to load, and the report asks for the others here

    return float(hypergeom.sf(mistakes - 1, all_pictures, all_mistakes, pictures))


def chance_of_as_little(mean: float, ends: Interval, count: int, truth: float) -> float:
    """How often a slice whose mean is truly `truth` has one as low, by Student's t.

    Args:
        mean: of the slice.
        ends: of its interval, as `intervals.mean` makes it.
        count: values that it is the mean of; two at least.
        truth: what is held against it.
    """
    spread = (ends[1] - ends[0]) / 2 / stdtrit(count - 1, 0.5 + intervals.LEVEL / 2)
    if not spread:  # all values are the same
        return float(mean >= truth)
    return float(stdtr(count - 1, (mean - truth) / spread))


def holm(p_values: Sequence[float], level: float = LEVEL) -> np.ndarray:
    """Which of several findings chance does not explain, though one looked for each of them.

    Holm's step-down: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
    Statistics 6 (1979). Where there is nothing to be found, something is in `level` of all cases at most,
    whether or not the findings depend on one another, as slices that share pictures do.

    Args:
        p_values: of each finding that was looked for, also of those that came to nothing.
        level: how often anything may be found where there is nothing.

    Returns:
        bool, in the order of `p_values`.
    """
    values = np.asarray(p_values, np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    found = np.zeros(len(values), bool)
    found[order] = steps <= level
    return found
