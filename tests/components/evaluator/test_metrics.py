"""Argmax scores: scikit-learn's, to the ninth digit, and never NaN."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from tensorflow_model_analysis.metrics import metric_types

from components.evaluator.metrics import ArgmaxScores, scores

Outputs = dict[tuple[str, int | None], float]


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    """Confusion matrices with absent and never predicted classes, and with labels that are no class."""
    classes = draw(st.integers(2, 12))
    counts = st.one_of(st.just(0), st.integers(0, 9))
    size = (classes + 1) * classes
    cells = draw(st.lists(counts, min_size=size, max_size=size))
    matrix = np.array(cells, np.int64).reshape(classes + 1, classes)
    matrix[draw(st.lists(st.integers(0, classes), max_size=classes))] = 0
    matrix[:, draw(st.lists(st.integers(0, classes - 1), max_size=classes))] = 0
    return matrix


def expanded(matrix: np.ndarray) -> tuple[list[int], list[int]]:
    """Labels and predictions with this matrix."""
    pairs = [pair for pair, count in np.ndenumerate(matrix) for _ in range(count)]
    return [label for label, _ in pairs], [predicted for _, predicted in pairs]


@given(matrix=matrices())
def test_scores_equal_scikit_learns(matrix: np.ndarray) -> None:
    labels, predictions = expanded(matrix)
    ours = scores(matrix)
    assert ours["support"] == len(labels)
    if not labels:
        return
    every = list(range(matrix.shape[1]))
    # What no class is does not belong to the classes that are averaged.
    seen = [index for index in every if index in {*labels, *predictions}]
    by_class = precision_recall_fscore_support(labels, predictions, labels=every, zero_division=0)
    macro = precision_recall_fscore_support(
        labels, predictions, labels=seen, average="macro", zero_division=0
    )
    for place, name in enumerate(("precision", "recall", "f1")):
        np.testing.assert_allclose(ours[name], by_class[place], atol=1e-9)
        assert ours[f"macro_{name}"] == pytest.approx(macro[place], abs=1e-9)
    assert ours["accuracy"] == pytest.approx(accuracy_score(labels, predictions), abs=1e-9)


@given(matrix=matrices())
def test_scores_are_never_nan(matrix: np.ndarray) -> None:
    for value in scores(matrix).values():
        assert np.all(np.isfinite(value))
        assert np.all(np.asarray(value) >= 0)


@pytest.mark.parametrize("classes", [0, 1, 2, 5])
def test_scores_of_nothing_are_zero(classes: int) -> None:
    ours = scores(np.zeros((classes + 1, classes), np.int64))
    assert all(not np.any(value) for value in ours.values())
    assert len(ours["recall"]) == classes  # type: ignore[arg-type]


def _inputs(label: int, predicted: int, classes: int) -> metric_types.StandardMetricInputs:
    probabilities = np.full(classes, 0.1, np.float32)
    probabilities[predicted] = 0.3  # below one half: the answer all the same
    return metric_types.StandardMetricInputs(
        labels=np.array([label]), predictions=probabilities, example_weights=np.array([1.0])
    )


def _outputs(parts: list[list[tuple[int, int]]], classes: int) -> Outputs:
    """What TFMA gets from examples that were counted in these parts."""
    (computation,) = ArgmaxScores().computations()
    combiner = computation.combiner
    accumulators = []
    for part in parts:
        accumulator = combiner.create_accumulator()
        for label, predicted in part:
            accumulator = combiner.add_input(accumulator, _inputs(label, predicted, classes))
        accumulators.append(accumulator)
    output = combiner.extract_output(combiner.merge_accumulators(iter(accumulators)))
    assert all(key.example_weighted is None for key in output)
    return {(key.name, key.sub_key.class_id if key.sub_key else None): value for key, value in output.items()}


PAIRS = [(0, 0), (0, 1), (2, 2), (2, 2), (1, 0), (0, 0)]


@pytest.mark.parametrize(
    "parts",
    [[PAIRS], [PAIRS[:1], PAIRS[1:4], PAIRS[4:]], [[], PAIRS, []], [[pair] for pair in reversed(PAIRS)]],
)
def test_combiner_counts_alike_however_examples_are_dealt(parts: list[list[tuple[int, int]]]) -> None:
    outputs = _outputs(parts, classes=4)
    assert outputs["accuracy", None] == pytest.approx(4 / 6)
    assert outputs["support", None] == 6
    assert outputs["recall", 0] == pytest.approx(2 / 3)
    assert outputs["precision", 2] == 1
    assert outputs["f1", 3] == 0
    assert outputs["macro_recall", None] == pytest.approx((2 / 3 + 0 + 1) / 3)
    confusion = {
        (int(name.split("/")[1]), predicted): count
        for (name, predicted), count in outputs.items()
        if name.startswith("confusion/")
    }
    assert len(confusion) == 20
    assert {cell: count for cell, count in confusion.items() if count} == {
        (0, 0): 2,
        (0, 1): 1,
        (1, 0): 1,
        (2, 2): 2,
    }


@pytest.mark.parametrize("parts", [[], [[]], [[], [], []]])
def test_combiner_without_examples(parts: list[list[tuple[int, int]]]) -> None:
    outputs = _outputs(parts, classes=3)
    assert outputs["support", None] == 0
    assert not any(math.isnan(value) for value in outputs.values())


def test_combiner_leaves_its_inputs_alone_when_merging() -> None:
    (computation,) = ArgmaxScores().computations()
    combiner = computation.combiner
    one = combiner.add_input(combiner.create_accumulator(), _inputs(0, 1, 2))
    other = combiner.add_input(combiner.create_accumulator(), _inputs(1, 1, 2))
    np.testing.assert_array_equal(combiner.merge_accumulators([one, other]), [[0, 1], [0, 1], [0, 0]])
    assert one.sum() == other.sum() == 1


# A class that the model never learnt has the id -1 in its vocabulary, or one beyond its own.
FOREIGN = [(0, 0), (-1, 1), (1, 1), (-1, 0), (0, 1), (-1, 1), (2, 1)]


@pytest.mark.parametrize("parts", [[FOREIGN], [FOREIGN[:2], [], FOREIGN[2:]], [[pair] for pair in FOREIGN]])
def test_combiner_counts_a_class_that_the_model_does_not_know_as_missed(
    parts: list[list[tuple[int, int]]],
) -> None:
    outputs = _outputs(parts, classes=2)
    labels, predictions = [label for label, _ in FOREIGN], [predicted for _, predicted in FOREIGN]
    by_class = precision_recall_fscore_support(labels, predictions, labels=[0, 1], zero_division=0)
    for place, name in enumerate(("precision", "recall", "f1")):
        assert [outputs[name, 0], outputs[name, 1]] == pytest.approx(by_class[place].tolist())
        assert outputs[f"macro_{name}", None] == pytest.approx(by_class[place].mean())
    assert outputs["accuracy", None] == pytest.approx(accuracy_score(labels, predictions))
    assert outputs["support", None] == len(FOREIGN)
    assert (outputs["confusion/2", 0], outputs["confusion/2", 1]) == (1, 3)
    assert (outputs["confusion/1", 0], outputs["confusion/1", 1]) == (0, 1)
