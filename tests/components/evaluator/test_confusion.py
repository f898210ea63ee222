"""Argmax scores: scikit-learn's, to the ninth digit, and never NaN."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from components.evaluator.confusion import cells_of, confusion_matrix, scores, scores_of_sums


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    """Matrices with absent and never answered classes, and with labels and answers that are none."""
    classes = draw(st.integers(2, 12))
    counts = st.one_of(st.just(0), st.integers(0, 9))
    size = (classes + 1) ** 2
    cells = draw(st.lists(counts, min_size=size, max_size=size))
    matrix = np.array(cells, np.int64).reshape(classes + 1, classes + 1)
    matrix[draw(st.lists(st.integers(0, classes), max_size=classes))] = 0
    matrix[:, draw(st.lists(st.integers(0, classes), max_size=classes))] = 0
    return matrix


def expanded(matrix: np.ndarray) -> tuple[list[int], list[int]]:
    """Labels and answers with this matrix; an answer that is no class is never right."""
    none = len(matrix) - 1
    pairs = [pair for pair, count in np.ndenumerate(matrix) for _ in range(count)]
    return [label for label, _ in pairs], [none + 1 if answer == none else answer for _, answer in pairs]


@given(matrix=matrices())
def test_scores_equal_scikit_learns(matrix: np.ndarray) -> None:
    labels, answers = expanded(matrix)
    ours = scores(matrix)
    assert ours["support"] == len(labels)
    if not labels:
        return
    every = list(range(len(matrix) - 1))
    # What no class is does not belong to the classes that are averaged.
    seen = [index for index in every if index in {*labels, *answers}]
    by_class = precision_recall_fscore_support(labels, answers, labels=every, zero_division=0)
    for place, name in enumerate(("precision", "recall", "f1")):
        np.testing.assert_allclose(ours[name], by_class[place], atol=1e-9)
    for average in ("macro", "weighted"):
        means = precision_recall_fscore_support(
            labels, answers, labels=seen or every, average=average, zero_division=0
        )
        for place, name in enumerate(("precision", "recall", "f1")):
            assert ours[f"{average}_{name}"] == pytest.approx(means[place], abs=1e-9)
    assert ours["accuracy"] == pytest.approx(accuracy_score(labels, answers), abs=1e-9)


@given(matrix=matrices())
def test_scores_are_never_nan(matrix: np.ndarray) -> None:
    for value in scores(matrix).values():
        assert np.all(np.isfinite(value))
        assert np.all(np.asarray(value) >= 0)


@pytest.mark.parametrize("classes", [0, 1, 2, 5])
def test_scores_of_nothing_are_zero(classes: int) -> None:
    ours = scores(np.zeros((classes + 1, classes + 1), np.int64))
    assert all(not np.any(value) for value in ours.values())
    assert len(ours["recall"]) == classes  # type: ignore[arg-type]


@given(matrix=matrices())
def test_matrix_counts_pairs(matrix: np.ndarray) -> None:
    labels, answers = (np.array(ids, np.int64) for ids in expanded(matrix))
    np.testing.assert_array_equal(confusion_matrix(labels, answers, len(matrix) - 1), matrix)


def test_whatever_is_no_class_is_none_of_them() -> None:
    matrix = confusion_matrix(np.array([0, -1, 2, 7]), np.array([0, 1, 0, -3]), 2)
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [0, 0, 0], [1, 1, 1]])


def test_cells_that_hold_nothing_are_left_out() -> None:
    assert cells_of([[3, 0], [1, 2]]) == [[0, 0, 3], [1, 0, 1], [1, 1, 2]]


def test_many_matrices_at_once() -> None:
    generator = np.random.default_rng(0)
    many = generator.integers(0, 9, (5, 4, 4))
    together = scores_of_sums(
        np.diagonal(many, axis1=1, axis2=2)[:, :-1],
        many[:, :-1].sum(axis=2),
        many[:, :, :-1].sum(axis=1),
        many.sum(axis=(1, 2)),
    )
    for place, matrix in enumerate(many):
        for name, value in scores(matrix).items():
            np.testing.assert_allclose(np.asarray(together[name])[place], value)
