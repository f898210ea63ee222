"""Labels, splits and weights are read alike, whatever the source."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.example_gen.files import Place
from components.example_gen.rows import Row
from components.example_gen.sources.columns import RowMaker, find_column, split_name
from pipeline.errors import InputError
from pipeline.settings.data import DataConfig


def made(cells: Mapping[str, str], **settings: Any) -> Row:
    maker = RowMaker(DataConfig.model_validate({"path": "x", **settings}))
    row = maker.make(Place("/", "a"), "a", cells, "here")
    maker.finish("here")
    return row


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("train", "train"),
        (" Training ", "train"),
        ("VAL", "eval"),
        ("valid", "eval"),
        ("validation", "eval"),
        ("eval", "eval"),
        ("dev", "eval"),
        ("test", "test"),
        ("TESTING", "test"),
    ],
)
def test_split_name(text: str, split: str) -> None:
    assert split_name(text) == split


@pytest.mark.parametrize("text", ["", "trian", "holdout", "0", "train/"])
def test_no_split_name(text: str) -> None:
    with pytest.raises(InputError, match=f"split `{text}` is none of train, training, .*given=ignore"):
        split_name(text)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["class", "label"], "label"),
        (["Class "], "Class "),
        (["TARGET", "x"], "TARGET"),
        (["x", "labelled"], None),
        ([], None),
    ],
)
def test_find_column(names: list[str], found: str | None) -> None:
    assert find_column(names, None, ("label", "class", "target")) == found


def test_find_column_wanted_exactly() -> None:
    assert find_column(["label", "Kind"], "Kind", ("label",)) == "Kind"
    assert find_column(["label", "Kind"], "kind", ("label",)) is None


def test_what_the_columns_mean() -> None:
    row = made({"label": " cat ", "Split": "val", "WEIGHT": "0.5", "sender": " 7 ", "note": "", "": "index"})
    assert (row.label, row.split, row.weight) == ("cat", "eval", 0.5)
    assert row.columns == {"sender": "7", "note": ""}


def test_columns_that_are_configured_win() -> None:
    wanted = {"label": "kind", "split": "fold", "weight": "w"}
    row = made({"label": "x", "kind": "cat", "fold": "test", "split": "nonsense", "w": "2"}, columns=wanted)
    assert (row.label, row.split, row.weight) == ("cat", "test", 2.0)
    assert row.columns == {"label": "x", "split": "nonsense"}


def test_nothing_in_the_cell() -> None:
    row = made({"label": "cat", "split": "", "weight": " "})
    assert (row.split, row.weight) == (None, 1.0)


def test_splits_ignored_are_not_even_read() -> None:
    assert made({"label": "cat", "split": "nonsense"}, split={"given": "ignore"}).split is None


@pytest.mark.parametrize(
    "weight", ["-1", "nan", "inf", "-inf", "1_0", "many", "0,5", "1e999", "1e300", "3.5e38"]
)
def test_bad_weight(weight: str) -> None:
    with pytest.raises(InputError, match=f"^here: weight `{weight}` is no number of 0 or more"):
        made({"label": "cat", "weight": weight})


@pytest.mark.parametrize(("weight", "number"), [("0", 0.0), ("1e-3", 0.001), (" 3 ", 3.0), ("3e38", 3e38)])
def test_good_weight(weight: str, number: float) -> None:
    assert made({"label": "cat", "weight": weight}).weight == number


@pytest.mark.parametrize("label", ["", "  ", "\t"])
def test_empty_label(label: str) -> None:
    with pytest.raises(InputError, match="^here: empty label.*column `label`"):
        made({"label": label})


@pytest.mark.parametrize("label", ["a\nb", "a\x85b", "a\u2028b", "a\0b"])
def test_label_that_no_list_of_names_can_hold(label: str) -> None:
    with pytest.raises(InputError, match="holds a line break or a NUL"):
        made({"label": label})


@pytest.mark.parametrize(("label", "name"), [("0", "cat"), ("01", "dog"), ("cat", "cat"), ("1.0", "1.0")])
def test_names_of_numbers(label: str, name: str) -> None:
    assert made({"label": label}, class_names=("cat", "dog")).label == name


@pytest.mark.parametrize("label", ["2", "-1"])
def test_number_without_a_name(label: str) -> None:
    with pytest.raises(InputError, match=f"^here: label {label} has no name: data.class_names holds 2"):
        made({"label": label}, class_names=("cat", "dog"))


def test_no_label_column() -> None:
    with pytest.raises(
        InputError, match="here: no column with the label. It has: `path`, `x`. Set data.columns.label"
    ):
        made({"path": "a", "x": "b"})


@pytest.mark.parametrize("key", ["label", "split", "weight"])
def test_configured_column_is_not_there(key: str) -> None:
    with pytest.raises(InputError, match=f"no column `none`. It has: `label`. Set data.columns.{key}"):
        made({"label": "cat"}, columns={key: "none"})


def test_columns_that_come_late() -> None:
    maker = RowMaker(DataConfig(path="x"))
    cells = ({"label": "cat"}, {"label": "dog", "split": "test", "class": "x"}, {"label": "owl"})
    rows = [maker.make(Place("/", "a"), "a", row, "here") for row in cells]
    assert [(row.label, row.split) for row in rows] == [("cat", None), ("dog", "test"), ("owl", None)]
    assert rows[1].columns == {"class": "x"}


def test_records_cannot_rename_their_columns() -> None:
    maker = RowMaker(DataConfig(path="x"), can_rename=False)
    row = maker.make(Place("/", "a"), "a", {"label": "cat", "width": "3", "path": "b", "kind": "c"}, "here")
    assert row.columns == {"kind": "c"}


def test_equal_columns_are_shared() -> None:
    maker = RowMaker(DataConfig(path="x"))
    rows = [maker.make(Place("/", "a"), "a", {"label": "cat", "kind": kind}, "here") for kind in "aab"]
    assert rows[0].columns is rows[1].columns
    assert rows[2].columns == {"kind": "b"}
