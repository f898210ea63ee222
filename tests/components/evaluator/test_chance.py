"""Both tests are those of scipy and of the paper, and chance names something as often as it may."""

import numpy as np
import pytest
from scipy import stats

from components.evaluator.chance import LEVEL, chance_of_as_little, chance_of_as_many, holm
from components.evaluator.intervals import mean


@pytest.mark.parametrize(
    ("mistakes", "pictures", "all_mistakes", "all_pictures"),
    [(9, 60, 450, 3000), (25, 60, 450, 3000), (0, 20, 5, 90), (5, 5, 5, 9), (7, 10, 8, 11), (3, 9, 3, 9)],
)
def test_chance_is_fishers(mistakes: int, pictures: int, all_mistakes: int, all_pictures: int) -> None:
    rest = all_pictures - pictures - all_mistakes + mistakes
    table = [[mistakes, pictures - mistakes], [all_mistakes - mistakes, rest]]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    found = chance_of_as_many(mistakes, pictures, all_mistakes, all_pictures)
    assert found == pytest.approx(expected, rel=1e-9)


def test_chance_of_a_million_pictures() -> None:
    expected = stats.hypergeom.sf(30_199, 1_000_000, 100_000, 300_000)
    assert chance_of_as_many(30_200, 300_000, 100_000, 1_000_000) == pytest.approx(expected, rel=1e-4)


def test_chance_of_a_mean_is_the_test_of_one_sample() -> None:
    values = np.random.default_rng(6).normal(size=12)
    expected = stats.ttest_1samp(values, 0.4, alternative="less").pvalue
    found = chance_of_as_little(float(values.mean()), mean(values), 12, 0.4)
    assert found == pytest.approx(expected)
    assert [chance_of_as_little(0.5, (0.5, 0.5), 9, truth) for truth in (0.4, 0.6)] == [1, 0]


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([], []),
        ([0.05], [True]),
        ([0.0501], [False]),
        ([0.02, 0.01, 0.6], [True, True, False]),  # 0.01 of 0.0167, 0.02 of 0.025
        ([0.02, 0.02, 0.03], [False, False, False]),  # 0.02 of 0.0167: no step after one that fails
        ([0.01, 0.03, 0.04], [True, False, False]),
    ],
)
def test_steps_of_holm(p_values: list[float], expected: list[bool]) -> None:
    assert holm(p_values).tolist() == expected


def test_chance_finds_something_as_often_as_it_may() -> None:
    generator = np.random.default_rng(5)
    found = [holm(generator.random(50)).any() for _ in range(4000)]
    assert np.mean(found) == pytest.approx(LEVEL, abs=0.01)
