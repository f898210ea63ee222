"""Intervals that hold the truth 95 times of 100: what test pictures of the same kind without end would show.

None of a share or a mean of shares shrinks to a point where every answer was right: that proves little.
"""

import numpy as np
from scipy import optimize, sparse, special

from components.evaluator.confusion import AVERAGES, BY_CLASS, scores, scores_of_sums
from components.evaluator.known import NOTHING

LEVEL = 0.95
_Z = float(special.ndtri(0.5 + LEVEL / 2))
_TINY = 1e-9
Interval = tuple[float, float]


def wilson(hits: float, total: float) -> Interval:
    """Of a share: accuracy, precision, recall.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927); 0 to 1 for nothing.
    """
    if not total:
        return NOTHING
    share, square = hits / total, _Z**2 / total
    middle = (share + square / 2) / (1 + square)
    reach = np.sqrt(share * (1 - share) * square + square**2 / 4) / (1 + square)
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


def f1(hits: float, misses: float) -> Interval:
    """Of a class's F1.

    With hits, and misses of both kinds, F1 is 2s / (1 + s) of the share s = hits / (hits + misses): it rises
    with the share, so that the share's ends are its own.

    Args:
        hits: pictures of the class that were taken for it.
        misses: pictures of it taken for others, and others taken for it.
    """
    low, high = (2 * share / (1 + share) for share in wilson(hits, hits + misses))
    return low, high


def averages(matrix: np.ndarray, draws: int = 1000, seed: int = 0) -> dict[str, Interval]:
    """Of macro and weighted precision, recall and F1.

    What the cells' shares could be, given the counts, is drawn (Caelen, "A Bayesian interpretation of the
    confusion matrix", 2017): those that hold something, and for each class half a picture more that was
    right, half a one missed and half a one mistaken, lest perfect answers prove perfection. These pull each
    class the same way, so only the width of the draws is used; 2 % at either end, since on some dozens of
    pictures they are a little narrow.

    Args:
        matrix: of `confusion.confusion_matrix`.
        draws: of shares.
        seed: of the draws.

    Returns:
        By name, as in `confusion.scores`.
    """
    seen = np.flatnonzero(matrix[:-1].sum(axis=1) + matrix[:, :-1].sum(axis=0))
    counts = matrix[np.ix_([*seen, -1], [*seen, -1])].astype(np.float64)
    classes = np.arange(len(seen))
    for place in ((classes, classes), (classes, -1), (-1, classes)):
        counts[place] += 0.5
    rows, columns = cells = np.nonzero(counts)
    drawn = np.random.default_rng(seed).standard_gamma(counts[cells], (draws, len(rows)))
    hits = drawn[:, (rows == columns) & (rows < len(seen))]
    values = scores_of_sums(
        hits, _sums(drawn, rows)[:, :-1], _sums(drawn, columns)[:, :-1], drawn.sum(axis=1)
    )
    found, names = scores(matrix), [f"{average}_{name}" for average in AVERAGES for name in BY_CLASS]
    return {name: _about(float(found[name]), np.asarray(values[name])) for name in names}


def _about(value: float, drawn: np.ndarray) -> Interval:
    """As far from `value` as the draws lie from their median."""
    low, middle, high = np.quantile(drawn, (0.02, 0.5, 0.98)).tolist()
    return max(0.0, value + low - middle), min(1.0, value + high - middle)


def _sums(drawn: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Sums [draws, places] of the cells [draws, cells] that have the same place."""
    member = sparse.csr_array((np.ones(len(places)), (places, np.arange(len(places)))))
    return np.asarray((member @ drawn.T).T)


def mean(values: np.ndarray) -> Interval:
    """Of a mean over two pictures or more, float [pictures], by Student's t."""
    reach = special.stdtrit(len(values) - 1, 0.5 + LEVEL / 2) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - reach), float(values.mean() + reach)


def paired_difference(won: int, lost: int, total: int) -> Interval:
    """Of the difference of two accuracies on the same pictures.

    Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on
    paired data" (2012).

    Args:
        won: pictures that the first alone is right about.
        lost: those that the second alone is.
        total: all pictures.
    """
    more, less = (won + 1) / (total + 2), (lost + 1) / (total + 2)
    reach = _Z * np.sqrt((more + less - (more - less) ** 2) / (total + 2))
    return max(-1.0, float(more - less - reach)), min(1.0, float(more - less + reach))


def area(auc: float, positive: int, negative: int) -> Interval:
    """Of an area under the curve.

    The areas of which the one seen is no further than chance takes it: Newcombe, "Confidence intervals for an
    effect size measure based on the Mann-Whitney statistic", part 2, method 5 (2006).

    Args:
        auc: the one seen, 0 to 1.
        positive: pictures of the class.
        negative: all others.
    """
    half = (positive + negative) / 2 - 1

    def beyond(truth: float) -> float:
        spread = 1 + half * (1 - truth) / (2 - truth) + half * truth / (1 + truth)
        return float((auc - truth) ** 2 - _Z**2 * truth * (1 - truth) * spread / (positive * negative))

    # At both ends of the scale there is no spread, and at what was seen no distance.
    seen = min(max(auc, _TINY), 1 - _TINY)
    low = optimize.brentq(beyond, 0.0, seen) if auc > 0 else 0.0
    high = optimize.brentq(beyond, seen, 1.0) if auc < 1 else 1.0
    return float(low), float(high)
