"""Intervals: they hold the truth as often as they say, and never are a point."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score, log_loss, roc_auc_score

from components.evaluator import intervals
from components.evaluator.confusion import confusion_matrix, scores

SETS = 200
Draw = Callable[[np.random.Generator], tuple[float, intervals.Interval]]


def covered(draw: Draw, truth: float) -> float:
    """How many of 200 simulated test sets have an interval that holds the truth."""
    generator = np.random.default_rng(11)
    ends = [draw(generator)[1] for _ in range(SETS)]
    return float(np.mean([low <= truth <= high for low, high in ends]))


@pytest.mark.parametrize(("hits", "total"), [(0, 5), (5, 5), (3, 7), (90, 100), (1, 1)])
def test_wilson_is_scipys(hits: int, total: int) -> None:
    expected = stats.binomtest(hits, total).proportion_ci(method="wilson")
    assert intervals.wilson(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("share", "pictures"), [(0.6, 30), (0.9, 40), (0.98, 200)])
def test_wilson_covers_the_truth(share: float, pictures: int) -> None:
    def draw(generator: np.random.Generator) -> tuple[float, intervals.Interval]:
        return 0, intervals.wilson(generator.binomial(pictures, share), pictures)

    assert covered(draw, share) >= 0.93


def test_nothing_can_be_anything() -> None:
    assert intervals.wilson(0, 0) == (0, 1)
    assert intervals.f1(0, 0) == (0, 1)


@pytest.mark.parametrize("pictures", [5, 50, 500])
def test_perfect_answers_prove_no_perfection(pictures: int) -> None:
    matrix = confusion_matrix(np.arange(pictures) % 2, np.arange(pictures) % 2, 2)
    for low, high in (
        intervals.wilson(pictures, pictures),
        intervals.f1(pictures, 0),
        *intervals.averages(matrix).values(),
        intervals.area(1.0, pictures // 2, pictures - pictures // 2),
    ):
        assert low < 1 - 0.1 / pictures
        assert high == pytest.approx(1)


SHARES = np.array([[0.30, 0.05, 0.02], [0.04, 0.2, 0.06], [0.01, 0.02, 0.30]])


def simulated(generator: np.random.Generator, pictures: int, shares: np.ndarray = SHARES) -> np.ndarray:
    matrix = np.zeros((len(shares) + 1, len(shares) + 1), np.int64)
    matrix[:-1, :-1] = generator.multinomial(pictures, shares.ravel()).reshape(shares.shape)
    return matrix


def _truth(name: str, shares: np.ndarray = SHARES) -> np.ndarray:
    padded = np.zeros((len(shares) + 1, len(shares) + 1))
    padded[:-1, :-1] = shares
    return np.asarray(scores(padded)[name])


@pytest.mark.parametrize("pictures", [60, 300, 2000])
@pytest.mark.parametrize(
    "name", [f"{kind}_{score}" for kind in ("macro", "weighted") for score in ("precision", "recall", "f1")]
)
def test_averages_cover_the_truth(name: str, pictures: int) -> None:
    def draw(generator: np.random.Generator) -> tuple[float, intervals.Interval]:
        return 0, intervals.averages(simulated(generator, pictures))[name]

    assert covered(draw, float(_truth(name))) >= 0.93


def test_averages_cover_the_truth_of_many_classes_of_few_pictures() -> None:
    generator = np.random.default_rng(1)
    shares = generator.dirichlet(np.ones(20), 20) * 0.15 + 0.85 * np.eye(20)
    shares *= generator.dirichlet(np.full(20, 5.0))[:, None]

    def draw(generator: np.random.Generator) -> tuple[float, intervals.Interval]:
        return 0, intervals.averages(simulated(generator, 400, shares))["macro_f1"]

    assert covered(draw, float(_truth("macro_f1", shares))) >= 0.93


@pytest.mark.parametrize("pictures", [40, 300])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_f1_of_a_class_covers_the_truth(pictures: int, place: int) -> None:
    def draw(generator: np.random.Generator) -> tuple[float, intervals.Interval]:
        matrix = simulated(generator, pictures)
        hits = matrix[place, place]
        return 0, intervals.f1(hits, matrix[place].sum() + matrix[:, place].sum() - 2 * hits)

    assert covered(draw, float(_truth("f1")[place])) >= 0.93


def test_f1_lies_inside() -> None:
    labels, answers = np.array([0, 0, 0, 1, 1, 1, 1]), np.array([0, 0, 1, 1, 1, 0, 1])
    low, high = intervals.f1(2, 2)
    assert low < f1_score(labels, answers, pos_label=0) < high


@pytest.mark.parametrize(("positive", "negative"), [(15, 40), (100, 400)])
@pytest.mark.parametrize("distance", [0.5, 1.5, 3.0])
def test_area_covers_the_truth(positive: int, negative: int, distance: float) -> None:
    labels = np.repeat([1, 0], [positive, negative])

    def draw(generator: np.random.Generator) -> tuple[float, intervals.Interval]:
        auc = roc_auc_score(labels, generator.normal(size=len(labels)) + distance * labels)
        return auc, intervals.area(auc, positive, negative)

    assert covered(draw, float(stats.norm.cdf(distance / np.sqrt(2)))) >= 0.93


@pytest.mark.parametrize("auc", [0.0, 0.3, 0.5, 0.99, 1.0])
def test_area_lies_inside(auc: float) -> None:
    low, high = intervals.area(auc, 10, 30)
    assert 0 <= low <= auc <= high <= 1 and low < high


def test_mean_covers_the_truth() -> None:
    chances = np.array([0.6, 0.3, 0.1])
    truth = log_loss([0, 1, 2], np.tile(chances, (3, 1)), sample_weight=chances, labels=[0, 1, 2])

    def draw(generator: np.random.Generator) -> tuple[float, intervals.Interval]:
        return 0, intervals.mean(-np.log(generator.choice(chances, 500, p=chances)))

    assert covered(draw, truth) >= 0.93


@pytest.mark.parametrize("pictures", [50, 500])
def test_paired_difference_covers_the_truth(pictures: int) -> None:
    def draw(generator: np.random.Generator) -> tuple[float, intervals.Interval]:
        won, lost, _ = generator.multinomial(pictures, (0.08, 0.03, 0.89))
        return 0, intervals.paired_difference(won, lost, pictures)

    assert covered(draw, 0.05) >= 0.93


def test_averages_take_little_memory_for_many_classes() -> None:
    generator = np.random.default_rng(8)
    labels = generator.integers(0, 1000, 20_000)
    answers = np.where(generator.random(20_000) < 0.8, labels, generator.integers(0, 1000, 20_000))
    matrix = confusion_matrix(labels, answers, 1000)
    tracemalloc.start()
    try:
        intervals.averages(matrix)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200_000_000  # a thousand draws of all cells would be 8 GB
