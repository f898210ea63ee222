"""TFMA's door to the argmax scores: counted alike however examples are dealt."""

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from tensorflow_model_analysis.metrics import metric_types

from components.evaluator.metrics import ArgmaxScores

Outputs = dict[tuple[str, int | None], float]


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
    assert len(outputs) == 2 + 6 + 3 * 4  # a value for each class, not for each pair of them


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
    np.testing.assert_array_equal(
        combiner.merge_accumulators([one, other]), [[0, 1, 0], [0, 1, 0], [0, 0, 0]]
    )
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
