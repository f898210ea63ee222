"""Freezing: closed domains, bounds, and a text that reads back."""

from pathlib import Path
from typing import Any

import pytest
from tensorflow_metadata.proto.v0 import schema_pb2

from components.schema_gen.freeze import LARGEST_DOMAIN, as_text, freeze
from components.schema_gen.reviewed import read_reviewed
from components.statistics_files import Statistics, is_origin
from pipeline.config import ExampleValidatorConfig
from tests.components.statistics_of import data_set, statistics_of

CONFIG = ExampleValidatorConfig(largest_shift=0.07, largest_divergence=0.3)


def _domains(schema: schema_pb2.Schema) -> dict[str, list[str]]:
    return {domain.name: list(domain.value) for domain in schema.string_domain}


def _feature(schema: schema_pb2.Schema, name: str) -> Any:
    return next(feature for feature in schema.feature if feature.name == name)


def test_domains_come_from_all_splits() -> None:
    statistics = data_set()
    statistics["train"] = statistics_of({"dog": 3, "cat": 4}, site={"b": 7})
    statistics["eval"] = statistics_of({"cat": 2, "bird": 1}, site={"b": 2, "a": 1})
    statistics["test"] = statistics_of({"cat": 2}, site={"c": 2})
    schema = freeze(statistics, CONFIG)
    assert _domains(schema) == {"label": ["bird", "cat", "dog"], "site": ["a", "b", "c"]}
    assert {_feature(schema, name).domain for name in ("label", "site")} == {"label", "site"}


def _many(prefix: str, count: int) -> dict[str, int]:
    return {f"{prefix}{number:04}": 1 for number in range(count)}


@pytest.mark.parametrize(
    ("classes", "sites", "closed"),
    [
        (LARGEST_DOMAIN, LARGEST_DOMAIN, {"label", "site"}),
        (LARGEST_DOMAIN + 1, LARGEST_DOMAIN + 1, {"label"}),  # a class is never just any name
        (1500, 1500, {"label"}),
    ],
)
def test_columns_with_too_many_values_stay_open(classes: int, sites: int, closed: set[str]) -> None:
    train = statistics_of(_many("class", classes), site=_many("site", sites))
    schema = freeze({"train": train}, CONFIG)
    assert set(_domains(schema)) == closed
    assert {feature.name for feature in schema.feature if feature.domain} == closed
    assert len(_domains(schema)["label"]) == classes
    assert _feature(schema, "site").drift_comparator.infinity_norm.threshold == 0.07


def test_bounds_of_texts_and_measures() -> None:
    schema = freeze(data_set(), CONFIG)
    for name in ("width", "height", "channels", "brightness", "label"):
        for comparator in (_feature(schema, name).drift_comparator, _feature(schema, name).skew_comparator):
            if name == "label":
                assert comparator.infinity_norm.threshold == 0.07
            else:
                assert comparator.jensen_shannon_divergence.threshold == 0.3
                assert (
                    comparator.jensen_shannon_divergence.source.type
                    == schema_pb2.HistogramSelection.QUANTILES
                )


def test_grey_pictures_make_no_truth_value_of_channels() -> None:
    grey = statistics_of({"cat": 9}, width=1)  # TFDV takes 1 for a truth value
    assert _feature(freeze({"train": grey}, CONFIG), "width").WhichOneof("domain_info") is None


def test_gaps_of_any_split_are_legal() -> None:
    statistics = {
        "train": statistics_of({"cat": 9}, site={"a": 9}),
        "eval": statistics_of({"cat": 9}, site={"a": 5, None: 4}),  # type: ignore[dict-item]
        "test": statistics_of({"cat": 9}),
    }
    site = _feature(freeze(statistics, CONFIG), "site")
    assert site.presence.min_fraction < 1
    assert not site.HasField("shape")
    assert site.lifecycle_stage == schema_pb2.UNKNOWN_STAGE


def test_text_reads_back(tmp_path: Path) -> None:
    statistics: dict[str, Statistics] = {
        "train": statistics_of({'"quoted" Käfer\n': 3, "dog": 2}),
        "test": statistics_of({"dog": 2}),
    }
    schema = freeze(statistics, CONFIG)
    file = tmp_path / "schema.pbtxt"
    file.write_text(as_text(schema, "beetles", statistics), encoding="utf-8")
    assert "Käfer" in file.read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# What the examples of `beetles` must look like.")
    assert "5 train, 2 test pictures" in file.read_text(encoding="utf-8")
    read = read_reviewed(str(file), [])
    assert read == schema
    assert is_origin(read, statistics)
