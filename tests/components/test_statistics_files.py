"""Plain questions to statistics."""

import math
from pathlib import Path

from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.types import artifact_utils, standard_artifacts

from components.statistics_files import (
    counts_of,
    examples_of,
    feature_of,
    is_origin,
    load,
    mark_origin,
    mean_of,
)
from tests.components.statistics_of import data_set, statistics_of, write


def test_load_reads_every_split(tmp_path: Path) -> None:
    statistics = data_set()
    write(str(tmp_path), statistics)
    artifact = standard_artifacts.ExampleStatistics()
    artifact.uri = str(tmp_path)
    artifact.split_names = artifact_utils.encode_split_names(list(statistics))
    loaded = load(artifact)
    assert list(loaded) == ["train", "eval", "test"]
    assert [examples_of(of_split) for of_split in loaded.values()] == [400, 200, 200]


def test_questions() -> None:
    statistics = statistics_of({"cat": 3, "dog": 1}, brightness=0.6)
    assert examples_of(statistics) == 4
    assert counts_of(statistics, "label") == {"cat": 3, "dog": 1}
    assert 0.4 < mean_of(statistics, "brightness") < 0.8
    assert mean_of(statistics, "width") == 32


def test_questions_about_what_is_not_there() -> None:
    statistics = statistics_of({"cat": 3})
    assert feature_of(statistics, "colour") is None
    assert counts_of(statistics, "colour") == {}
    assert counts_of(statistics, "width") == {}
    assert math.isnan(mean_of(statistics, "colour"))
    assert examples_of(type(statistics)()) == 0


def test_origin_is_the_very_same_statistics() -> None:
    schema = schema_pb2.Schema()
    assert not is_origin(schema, data_set())
    mark_origin(schema, data_set())
    assert is_origin(schema, data_set())
    assert not is_origin(schema, data_set(brightness=0.5))
    assert not is_origin(schema, {"train": data_set()["train"]})
