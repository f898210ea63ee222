"""One split, judged: what is reported, how gravely, in which words, and what is not."""

from collections.abc import Mapping
from typing import Any

import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.example_validator.anomalies import flatten
from components.example_validator.validate import find_vanished, validate
from components.schema_gen.freeze import freeze
from components.statistics_files import Statistics
from pipeline.config import ExampleValidatorConfig
from tests.components.statistics_of import data_set, statistics_of

ERROR, WARNING = anomalies_pb2.AnomalyInfo.ERROR, anomalies_pb2.AnomalyInfo.WARNING
GOOD = data_set()
SCHEMA = freeze(GOOD, ExampleValidatorConfig(largest_shift=0.1, largest_divergence=0.2))
Found = list[tuple[str, str, str, str]]


def found(split: str, statistics: dict[str, Statistics], previous: Mapping[str, Statistics]) -> Found:
    anomalies = flatten(validate(split, statistics, SCHEMA, dict(previous)), split)
    return [(anomaly.feature, anomaly.severity, anomaly.kind, anomaly.text) for anomaly in anomalies]


def with_split(split: str, label: dict[str, int], **changes: Any) -> dict[str, Statistics]:
    """The good data, but for one split."""
    return {**GOOD, split: statistics_of(label, seed=7, **changes)}


@pytest.mark.parametrize("split", ["train", "eval", "test"])
def test_good_data(split: str) -> None:
    assert found(split, GOOD, {}) == []
    assert found(split, GOOD, GOOD) == []


def test_new_class() -> None:
    data = with_split("eval", {"cat": 99, "dog": 99, "bird": 1, "newt": 1})
    assert found("eval", data, {}) == [
        ("label", "error", "new values", "`bird`, `newt` not in the schema (2 pictures)")
    ]


def test_many_new_classes() -> None:
    data = with_split("eval", {"cat": 99, "dog": 99, **{f"new{n}": 1 for n in range(9)}})
    ((_, _, _, text),) = found("eval", data, {})
    assert text == "`new0`, `new1`, `new2`, `new3`, `new4` and 4 more not in the schema (9 pictures)"


@pytest.mark.parametrize(
    ("cats", "is_beyond"), [(500, False), (590, False), (610, True), (390, True), (1000, True)]
)
def test_label_drift(cats: int, is_beyond: bool) -> None:
    before = {"train": statistics_of({"cat": 500, "dog": 500})}
    data = {"train": statistics_of({"cat": cats, "dog": max(1000 - cats, 1)}, seed=2)}
    drift = [item for item in found("train", data, before) if item[2] == "drift"]
    assert bool(drift) == is_beyond
    if cats == 610:
        text = "share of `cat` 61.0%, at the last run 50.0% (distance 0.110, bound 0.100)"
        assert drift == [("label", "error", "drift", text)]


def test_brightness_drift() -> None:
    darker = data_set(brightness=0.1)
    ((feature, severity, kind, text),) = found("test", darker, GOOD)
    assert (feature, severity, kind) == ("brightness", "error", "drift")
    assert text.startswith("mean 0.1")
    assert "at the last run 0.3" in text or "at the last run 0.4" in text
    assert found("test", darker, {}) == []  # no last run, and train is as dark


@pytest.mark.parametrize("split", ["eval", "test"])
def test_skew_between_splits(split: str) -> None:
    data = with_split(split, {"cat": 160, "dog": 40}, brightness=0.8)
    kinds = {(feature, kind): text for feature, _, kind, text in found(split, data, {})}
    assert set(kinds) == {("label", "skew"), ("brightness", "skew")}
    assert kinds["label", "skew"].startswith(
        "share of `cat` 80.0%, in train 50.0% (distance 0.300, bound 0.1"
    )
    assert ", in train 0.4" in kinds["brightness", "skew"] or ", in train 0.3" in kinds["brightness", "skew"]
    assert found("train", data, {}) == []


@pytest.mark.parametrize("odd", [[640], [3], [3, 640]])
def test_a_few_odd_pictures_are_no_drift(odd: list[int]) -> None:
    # By its histogram of equal widths, TFDV would call this a divergence of 1.
    data = with_split("train", {"cat": 200, "dog": 200}, width=[32] * (400 - len(odd)) + odd)
    assert found("train", data, GOOD) == []


def test_another_width_of_all_is_drift() -> None:
    ((feature, _, kind, text),) = found(
        "train", with_split("train", {"cat": 200, "dog": 200}, width=33), GOOD
    )
    assert (feature, kind) == ("width", "drift")
    assert text == "mean 33, at the last run 32 (distance 1.000, bound 0.200)"


def test_both_at_once_are_told_apart() -> None:
    data = with_split("test", {"cat": 160, "dog": 40})
    assert [item[2] for item in found("test", data, GOOD)] == ["drift", "skew"]


def test_missing_column() -> None:
    data = {split: type(of_split)() for split, of_split in GOOD.items()}
    for split, of_split in GOOD.items():
        data[split].CopyFrom(of_split)
        kept = [item for item in of_split.datasets[0].features if item.path.step[0] != "label"]
        del data[split].datasets[0].features[:]
        data[split].datasets[0].features.extend(kept)
    assert found("train", data, {}) == [
        ("label", "error", "missing column", "no picture has this column any more")
    ]


def test_new_column() -> None:
    data = data_set()
    data["eval"] = statistics_of({"cat": 100, "dog": 100}, seed=2, colour={"red": 200})
    assert found("eval", data, GOOD) == [
        ("colour", "error", "new column", "the schema does not have this column")
    ]


def test_no_examples() -> None:
    data = {**GOOD, "eval": Statistics()}
    data["eval"].datasets.add(num_examples=0)
    assert ("data set", "error", "empty", "there are no examples") in found("eval", data, GOOD)


@pytest.mark.parametrize(
    ("counts", "had", "split", "severity", "words"),
    [
        ({"train": {"a": 1, "b": 1}, "eval": {"a": 1}}, {}, "train", WARNING, ""),
        ({"train": {"a": 1, "b": 1}, "eval": {"a": 1}}, {}, "eval", WARNING, "`b`, which other splits have"),
        (
            {"train": {"a": 1, "b": 1}, "eval": {"a": 1}},
            {"b": 2},
            "eval",
            ERROR,
            "has `b` any more, as it had",
        ),
        ({"train": {"a": 1}, "eval": {"a": 1}}, {}, "train", ERROR, "no picture of any split has `b`"),
        ({"train": {"a": 1}, "eval": {"a": 1}}, {"b": 2}, "train", ERROR, "no picture of any split has `b`"),
        ({"train": {"a": 1}, "eval": {"a": 1}}, {"b": 2}, "eval", WARNING, ""),  # said of train
        ({"train": {"a": 1, "b": 0}, "eval": {"b": 1}}, {"a": 1}, "train", WARNING, "`b`, which other"),
    ],
)
def test_find_vanished(
    counts: dict[str, dict[str, int]], had: dict[str, int], split: str, severity: int, words: str
) -> None:
    found_severity, text = find_vanished(split, ["a", "b"], counts, had)
    assert found_severity == severity
    assert words in text and bool(words) == bool(text)


def test_find_vanished_without_a_domain() -> None:
    assert find_vanished("train", [], {"train": {"a": 1}}, {"b": 1})[1] == ""


def test_vanished_class_and_slice() -> None:
    schema_data = data_set()
    for split, count in (("train", 400), ("eval", 200), ("test", 200)):
        schema_data[split] = statistics_of(
            {"cat": count // 2, "dog": count // 2}, seed=3, site={"a": count - 5, "b": 5}
        )
    schema = freeze(schema_data, ExampleValidatorConfig())
    data = {
        split: statistics_of({"cat": count}, seed=3, site={"a": count})
        for split, count in (("train", 400), ("eval", 200), ("test", 200))
    }
    for split, expected in (("train", {"label", "site"}), ("eval", set())):
        gone = [item for item in flatten(validate(split, data, schema, {}), split) if item.kind == "vanished"]
        assert {item.feature for item in gone} == expected
        assert all(item.severity == "error" for item in gone)
