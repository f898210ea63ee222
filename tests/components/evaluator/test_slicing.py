"""Slices of answers, and the worst of them."""

import numpy as np
import pytest

from components.evaluator.figures import figures_of
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


def test_a_little_worse_may_be_chance() -> None:
    site = ["a"] * 50 + ["b"] * 50
    wrong = [int(row % 50 < (5 if row < 50 else 6)) for row in range(100)]
    figures = {
        name: figures_of(each)
        for name, each in slices_of(told([0] * 100, wrong, site=site), [("site",)]).items()
    }
    (worst,) = worst_of(figures, smallest=20)
    assert (worst["slice"], worst["is_below"]) == ("site=b", False)
