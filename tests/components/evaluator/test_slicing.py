"""Slices of answers, and the worst of them."""

import numpy as np
import pytest

from components.evaluator.figures import Figures, figures_of
from components.evaluator.intervals import wilson
from components.evaluator.slicing import slices_of, worst_of
from pipeline.errors import InputError
from tests.components.evaluator.made import told

SITES = ["north", "north", "south", "007", "007", "nan"]
SHADES = ["dark", "bright", "dark", "", "dark", "dark"]
ANSWERS = told([0, 1, 2, 0, 1, 2], [0, 1, 2, 0, 0, 0], site=SITES, shade=SHADES)


def test_each_value_has_a_slice() -> None:
    slices = slices_of(ANSWERS, [("site",)])
    assert {name: each.paths.tolist() for name, each in slices.items()} == {
        "overall": [f"{row}.jpg" for row in range(6)],
        "site=007": ["3.jpg", "4.jpg"],
        "site=nan": ["5.jpg"],
        "site=north": ["0.jpg", "1.jpg"],
        "site=south": ["2.jpg"],
    }
    assert next(iter(slices)) == "overall"


def test_crossed_slices() -> None:
    assert [*slices_of(ANSWERS, [("shade", "site")])] == [
        "overall",
        "shade=,site=007",
        "shade=bright,site=north",
        "shade=dark,site=007",
        "shade=dark,site=nan",
        "shade=dark,site=north",
        "shade=dark,site=south",
    ]


def test_slices_of_one_name_are_refused() -> None:
    answers = told([0, 1], [0, 1], site=["x,year=2024", "x"], year=["2023", "2024"])
    assert len(slices_of(answers, [("site",)])) == 3
    with pytest.raises(InputError, match="two slices are called `site=x,year=2024`"):
        slices_of(answers, [("site",), ("site", "year")])


def test_classes_can_be_slices() -> None:
    slices = slices_of(ANSWERS, [("label",)])
    assert {name: len(each) for name, each in slices.items()} == {
        "overall": 6,
        "label=a": 2,
        "label=b": 2,
        "label=c": 2,
    }


def test_worst_first_and_those_that_mean_something() -> None:
    site = np.repeat(["good", "fair", "bad", "tiny"], [100, 40, 40, 3])
    is_wrong = np.concatenate([np.arange(100) < 2, np.arange(40) < 4, np.arange(40) < 20, np.ones(3)])
    labels = np.zeros(183, int)
    answers = told(labels, is_wrong.astype(int), site=site.tolist())  # type: ignore[arg-type]
    figures = {name: figures_of(each) for name, each in slices_of(answers, [("site",)]).items()}
    worst = worst_of(figures, smallest=20)
    assert [each["slice"] for each in worst] == ["site=bad"]
    assert (worst[0]["examples"], worst[0]["accuracy"], worst[0]["is_below"]) == (40, 0.5, True)
    assert [each["slice"] for each in worst_of(figures, smallest=1)] == ["site=tiny", "site=bad"]


def _drawn(generator: np.random.Generator, shares: np.ndarray, pictures: int) -> dict[str, Figures]:
    """Figures of slices that are right in these shares of their pictures."""
    hits = generator.binomial(pictures, shares)
    slices = {f"site={place}": (int(hit), pictures) for place, hit in enumerate(hits)}
    return {
        name: {"examples": total, "accuracy": hit / total, "intervals": {"accuracy": wilson(hit, total)}}
        for name, (hit, total) in {"overall": (int(hits.sum()), hits.size * pictures), **slices}.items()
    }


def _below(figures: dict[str, Figures]) -> list[str]:
    return [each["slice"] for each in worst_of(figures, smallest=20) if each["is_below"]]


@pytest.mark.parametrize(("slices", "pictures"), [(2, 60), (10, 60), (50, 60), (10, 300)])
def test_of_equal_slices_one_is_named_in_five_of_a_hundred_runs_at_most(slices: int, pictures: int) -> None:
    generator = np.random.default_rng(1)
    named = [bool(_below(_drawn(generator, np.full(slices, 0.85), pictures))) for _ in range(400)]
    assert 0.01 <= np.mean(named) <= 0.06


def test_a_bad_slice_among_many_is_named() -> None:
    generator = np.random.default_rng(2)
    shares = np.array([0.85] * 30 + [0.55] + [0.85] * 19)
    named = [_below(_drawn(generator, shares, 60)) for _ in range(100)]
    assert np.mean(["site=30" in each for each in named]) > 0.9


def test_what_is_worse_by_more_than_chance_comes_first_and_all_of_it() -> None:
    figures = _drawn(np.random.default_rng(3), np.array([0.9] * 60 + [0.5] * 12), 100)
    few = {f"few={place}": {**figures["site=0"], "examples": 20, "accuracy": 0.4} for place in range(2)}
    worst = worst_of({**figures, **few}, smallest=20)
    assert {f"site={place}" for place in range(60, 72)} <= {each["slice"] for each in worst}
    assert all(each["is_below"] for each in worst)
    unsure = {f"few={place}": {**figures["site=0"], "examples": 20, "accuracy": 0.7} for place in range(11)}
    even = _drawn(np.random.default_rng(3), np.array([0.9] * 10 + [0.75]), 1000)
    worst = worst_of({**even, **unsure}, smallest=20)
    assert [each["slice"] for each in worst] == ["site=10", *(f"few={place}" for place in range(9))]
    assert [each["is_below"] for each in worst] == [True] + [False] * 9


def test_a_little_worse_may_be_chance() -> None:
    site = ["a"] * 50 + ["b"] * 50
    wrong = [int(row % 50 < (5 if row < 50 else 6)) for row in range(100)]
    figures = {
        name: figures_of(each)
        for name, each in slices_of(told([0] * 100, wrong, site=site), [("site",)]).items()
    }
    (worst,) = worst_of(figures, smallest=20)
    assert (worst["slice"], worst["is_below"]) == ("site=b", False)
