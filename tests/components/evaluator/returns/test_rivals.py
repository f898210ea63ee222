"""Simpler policies on the same pictures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.evaluator.returns.rivals import Answered, best_fixed, classifiers, in_order_of

NAMES = ["bad", "good", "ask"]
COSTS = np.array([[0, 10, 1], [2, 0, 1]], float)


def test_the_best_fixed_action_is_the_best_on_these_pictures() -> None:
    few_bad = np.array([1] * 19 + [0])
    (name, earned), *none = best_fixed(COSTS, few_bad, NAMES).items()
    assert name == "always good" and not none
    assert earned.mean() == pytest.approx(-0.5)
    assert list(best_fixed(COSTS, np.array([0, 1, 1, 1]), NAMES)) == ["always ask"]


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_each_way_earns_what_a_loop_says(rows: list[tuple[int, float]]) -> None:
    labels = np.array([label for label, _ in rows])
    share = np.array([value for _, value in rows])
    answered = Answered(labels, np.stack([1 - share, share], axis=1))
    found = classifiers(COSTS, answered, answered, NAMES)
    argmax, expected, below, second = found
    assert argmax == "argmax of the classifier"
    assert below.startswith("ask below ") and second.startswith("good from ")
    by_hand = [-COSTS[label, int(value > 0.5)] for label, value in rows]
    assert found[argmax].tolist() == by_hand
    least = [
        int(np.argmin([(1 - value) * COSTS[0, action] + value * COSTS[1, action] for action in range(3)]))
        for _, value in rows
    ]
    assert found[expected].tolist() == [
        -COSTS[row[0], action] for row, action in zip(rows, least, strict=True)
    ]
    # Chosen and judged on the same pictures, a threshold is no worse than the argmax, which is one of them.
    assert found[below].mean() >= found[argmax].mean() - 1e-9
    everything = -COSTS[labels, 1].mean()
    assert found[second].mean() >= everything - 1e-9


def test_thresholds_are_chosen_on_eval_alone() -> None:
    bad, good = [0.9, 0.1], [0.4, 0.6]
    eval_ = Answered(np.array([0, 1]), np.array([bad, good]))
    test = Answered(np.array([1, 1]), np.array([bad, bad]))
    found = classifiers(COSTS, eval_, test, NAMES)
    (second,) = (name for name in found if name.startswith("good from"))
    assert 0.1 < float(second.split()[-1]) <= 0.6
    assert found[second].tolist() == [-2, -2]  # on test it would have been better off with 0


def test_more_than_two_classes_have_no_second_threshold() -> None:
    answered = Answered(np.array([0, 1, 2]), np.eye(3))
    costs = np.column_stack([1 - np.eye(3), np.full(3, 0.3)])
    assert len(classifiers(costs, answered, answered, ["a", "b", "c", "ask"])) == 3


def test_probabilities_in_another_order() -> None:
    ordered = in_order_of(["a", "b", "c"], ["c", "a"], np.array([[0.3, 0.7]]))
    assert ordered.tolist() == [[0.7, 0, 0.3]]
