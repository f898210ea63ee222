"""Slices that the data has, and slices that no picture can lie in."""

import itertools

import numpy as np
import pytest

from components.evaluator.slices import DERIVED_VALUES, check_slices
from components.example_gen.measures import derived_slices, measure
from components.features import DERIVED
from pipeline.errors import InputError
from pipeline.settings.evaluator import EvaluatorConfig, ThresholdConfig

COLUMNS = ("site", "year")
HELD = [
    {"label": "cat", "site": "north", "year": "2024"},
    {"label": "cat", "site": "south", "year": "2024"},
    {"label": "a,b", "site": "x=y", "year": ""},
    {"label": "dog", "site": "nan", "year": "2023"},
]


def check(slices: tuple[str | tuple[str, ...], ...] = (), threshold: str = "overall") -> None:
    gate = ThresholdConfig(metric="accuracy", at_least=0.5, slice=threshold)
    check_slices(EvaluatorConfig(slices=slices, thresholds=(gate,)), COLUMNS, HELD)


@pytest.mark.parametrize(
    "slices",
    [
        (),
        ("site", "year"),
        ("label",),
        ("label", "label"),
        DERIVED,
        (("site", "label"), ("size_bucket", "year")),
        (("site", "site"),),
    ],
)
def test_slices_that_the_data_has(slices: tuple[str | tuple[str, ...], ...]) -> None:
    check(slices)


@pytest.mark.parametrize(
    "threshold",
    [
        "overall",
        "site=north",
        "year=2024",
        "year=",
        "label=cat",
        "label=a,b",
        "site=x=y",
        "orientation=square",
        "brightness_bucket=medium",
        "site=south,label=cat",
        "site=south,year=2024,size_bucket=small",
    ],
)
def test_thresholds_that_pictures_may_lie_in(threshold: str) -> None:
    check(threshold=threshold)


@pytest.mark.parametrize("slices", [("colour",), ("site", "Label"), (("site", "colour"),), ("",), ("width",)])
def test_slice_of_an_unknown_column(slices: tuple[str | tuple[str, ...], ...]) -> None:
    with pytest.raises(
        InputError, match="names slice `.*`, which .* It has: site, year, size_bucket, .*label.$"
    ):
        check(slices)


def test_slice_overall_is_always_there() -> None:
    with pytest.raises(InputError, match="names slice `overall`.* The overall slice is always reported"):
        check(("overall",))


@pytest.mark.parametrize(
    "threshold", ["label", "", "Overall", "=cat", "site,label=cat", "site=north,site=south"]
)
def test_threshold_that_is_no_slice(threshold: str) -> None:
    with pytest.raises(InputError, match="must be `overall` or column=value.* Received: '"):
        check(threshold=threshold)


@pytest.mark.parametrize("threshold", ["overall=5", "colour=red", "site=north,colour=red", " site=north"])
def test_threshold_on_an_unknown_column(threshold: str) -> None:
    with pytest.raises(
        InputError, match="names slice `(overall|colour| site)`, which the data does not have"
    ):
        check(threshold=threshold)


@pytest.mark.parametrize(
    ("threshold", "has"),
    [
        ("label=nosuch", "`label` has: a,b, cat, dog$"),
        ("site=North", "`site` has: nan, north, south, x=y$"),
        ("size_bucket=huge", "`size_bucket` has: small, medium, large$"),
        ("site=north,label=hen", "`label` has"),
        ("site=south,label=dog", "none for all of them"),
        ("site=south,label=dog,size_bucket=small", "none for all of them"),
    ],
)
def test_threshold_on_a_value_that_no_picture_has(threshold: str, has: str) -> None:
    with pytest.raises(InputError, match=f"no picture lies in slice `{threshold}`.*{has}"):
        check(threshold=threshold)


def test_many_values_are_not_all_listed() -> None:
    held = [{"label": f"{number:03}"} for number in range(500)]
    gate = ThresholdConfig(metric="accuracy", at_least=0.5, slice="label=x")
    with pytest.raises(InputError, match="has: 000, 001, 002, 003, 004, 005, 006, 007, ...$"):
        check_slices(EvaluatorConfig(thresholds=(gate,)), (), held)


def test_threshold_on_a_value_that_looks_like_a_number() -> None:
    check(threshold="site=nan")


@pytest.mark.parametrize(("metric", "classes"), [("top_3", 3), ("top_5", 5)])
def test_the_right_one_among_all_says_nothing(metric: str, classes: int) -> None:
    gate = ThresholdConfig.model_validate({"metric": metric, "at_least": 0.9})
    held = [{"label": str(number)} for number in range(classes)]
    with pytest.raises(InputError, match=f"`{metric}` says nothing of {classes} classes"):
        check_slices(EvaluatorConfig(thresholds=(gate,)), (), held)
    check_slices(EvaluatorConfig(thresholds=(gate,)), (), [*held, {"label": "more"}])


def test_threshold_on_a_class_that_the_data_lacks() -> None:
    gate = ThresholdConfig(metric="recall", label="hen", at_least=0.5)
    with pytest.raises(InputError, match="names class `hen`, .* It has: a,b, cat, dog$"):
        check_slices(EvaluatorConfig(thresholds=(gate,)), COLUMNS, HELD)
    known = gate.model_copy(update={"label": "dog"})
    check_slices(EvaluatorConfig(thresholds=(known,)), COLUMNS, HELD)


def test_derived_values_are_those_that_are_measured() -> None:
    sides, greys = (64, 128, 256, 1024), (0, 128, 255)
    measured = [
        derived_slices(measure(np.full((height, width), grey, np.uint8)))
        for height, width, grey in itertools.product(sides, sides, greys)
    ]
    found = {name: {slices[name] for slices in measured} for name in DERIVED}
    assert found == {name: set(values) for name, values in DERIVED_VALUES.items()}
