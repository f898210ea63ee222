"""Won and lost pictures, and whether the difference is more than chance."""

import numpy as np
import pytest
from scipy.stats import binomtest

from components.evaluator.comparison import comparison_of
from tests.components.evaluator.made import told


def test_won_and_lost() -> None:
    labels = [0, 1, 2, 0, 1, 3]  # the last is of no class
    answers = told(labels, [0, 1, 0, 1, 1, 0], baseline=[1, 1, 2, 2, 0, 3])
    found = comparison_of(answers)
    assert found["won"] == ["0.jpg", "4.jpg"]
    assert found["lost"] == ["2.jpg"]
    assert (found["both_right"], found["both_wrong"]) == (1, 2)
    assert found["difference"] == pytest.approx(1 / 6)
    low, high = found["interval"]
    assert low < 0 < 1 / 6 < high
    assert found["p_value"] == pytest.approx(binomtest(2, 3).pvalue)


@pytest.mark.parametrize(("won", "expected"), [(0, 1.0), (5, 2 * 0.5**5), (10, 2 * 0.5**10)])
def test_p_value_of_pictures_that_were_won_alone(won: int, expected: float) -> None:
    labels = np.zeros(20, int)
    baseline = np.where(np.arange(20) < won, 1, 0)
    found = comparison_of(told(labels, labels, baseline=baseline))  # type: ignore[arg-type]
    assert found["p_value"] == pytest.approx(expected)


def test_no_baseline_no_comparison() -> None:
    assert comparison_of(told([0, 1], [0, 1])) == {}
