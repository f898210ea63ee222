"""Argmax-exact scores: equal to scikit-learn's on the same predictions.

One matrix of labels against answers is counted, and everything else follows from it. Classes that a slice
neither holds nor answers are left out of its averages, as scikit-learn leaves them out.

A model may be asked of a class that it never learnt. Such a picture is a miss: it counts in the accuracy, and
in the precision of the class that it was taken for. A baseline may answer with a class that the candidate
does not know: a miss of the picture's own class.
"""

from collections.abc import Sequence

import numpy as np

ACCURACY, SUPPORT = "accuracy", "support"
PRECISION, RECALL, F1 = BY_CLASS = ("precision", "recall", "f1")
AVERAGES = ("macro", "weighted")

Scores = dict[str, float | np.ndarray]


def confusion_matrix(labels: np.ndarray, answered: np.ndarray, classes: int) -> np.ndarray:
    """Counts labels against answers.

    Args:
        labels: int [pictures]; whatever is no class counts as none of them.
        answered: int [pictures], likewise.
        classes: of the model.

    Returns:
        int64 [classes + 1, classes + 1]; rows are labels, columns answers, the last of each is for none of
        the classes.
    """
    matrix = np.zeros((classes + 1, classes + 1), np.int64)
    places = (np.where((ids >= 0) & (ids < classes), ids, classes) for ids in (labels, answered))
    np.add.at(matrix, tuple(places), 1)
    return matrix


def cells_of(confusion: Sequence[Sequence[int]]) -> list[list[int]]:
    """Row, column and count of each cell that holds something."""
    matrix = np.array(confusion, np.int64)
    return [[int(row), int(column), int(matrix[row, column])] for row, column in np.argwhere(matrix)]


def scores(matrix: np.ndarray) -> Scores:
    """All scores of a confusion matrix, as `confusion_matrix` counts it; see `scores_of_sums`."""
    hits = np.diag(matrix)[:-1]
    return scores_of_sums(hits, matrix[:-1].sum(axis=1), matrix[:, :-1].sum(axis=0), matrix.sum())


def scores_of_sums(
    hits: np.ndarray, labelled: np.ndarray, answered: np.ndarray, total: np.ndarray | float
) -> Scores:
    """All scores of one confusion matrix, or of many at once.

    Args:
        hits: pictures of each class that were taken for it, [..., classes]; shares will do as well.
        labelled: pictures of each class.
        answered: pictures that were taken for each class.
        total: all pictures, [...].

    Returns:
        `accuracy`, `support` (pictures), `macro_precision`, `macro_recall`, `macro_f1`, and the same with
        `weighted_`, by the classes' pictures; float64 [...]. `precision`, `recall`, `f1`, float64 [...,
        classes]. A ratio with nothing below it is 0, as with scikit-learn's `zero_division=0`; what is no
        class stands outside of its `labels`. No value is ever NaN.
    """
    by_class = {
        PRECISION: _ratio(hits, answered),
        RECALL: _ratio(hits, labelled),
        F1: _ratio(2 * hits, labelled + answered),
    }
    averages = {
        f"{average}_{name}": _ratio((weights * values).sum(axis=-1), weights.sum(axis=-1))
        for average, weights in zip(AVERAGES, (labelled + answered > 0, labelled), strict=True)
        for name, values in by_class.items()
    }
    return {ACCURACY: _ratio(hits.sum(axis=-1), total), SUPPORT: total, **averages, **by_class}


def _ratio(over: np.ndarray, under: np.ndarray | float) -> np.ndarray:
    return np.divide(over, under, out=np.zeros(np.shape(over)), where=np.asarray(under) > 0)
