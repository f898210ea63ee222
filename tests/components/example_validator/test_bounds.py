"""Bounds: the reviewed ones, and never less than chance makes; measured over random halves."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx import components as _tfx_components  # noqa: F401

# isort: split
import tensorflow_data_validation as tfdv

from components.example_validator.bounds import with_bounds
from components.schema_gen.freeze import freeze
from components.statistics_files import Statistics
from pipeline.config import ExampleValidatorConfig
from tests.components.statistics_of import statistics_of

SCHEMA = freeze({"train": statistics_of({"cat": 2, "dog": 2}, site={"a": 4})}, ExampleValidatorConfig())


def _bounds(schema: schema_pb2.Schema, field: str) -> dict[str, float]:
    return {
        feature.name: bound.threshold
        for feature in schema.feature
        if feature.HasField(field)
        for _, bound in getattr(feature, field).ListFields()
    }


@pytest.mark.parametrize(
    ("count", "other", "label", "brightness"),
    [
        (10_000, 10_000, 0.1, 0.2),  # as reviewed
        (200, 200, 0.15, 0.2),
        (20, 20, 0.474, 0.632),
        (10_000, 20, 0.336, 0.448),
    ],
)
def test_bounds_grow_as_splits_shrink(count: int, other: int, label: float, brightness: float) -> None:
    current, previous = statistics_of({"cat": count}), statistics_of({"cat": other})
    bounded = with_bounds(SCHEMA, current, previous, None)
    bounds = _bounds(bounded, "drift_comparator")
    assert bounds["label"] == pytest.approx(label, abs=1e-3)
    assert bounds["brightness"] == pytest.approx(brightness, abs=1e-3)
    assert _bounds(SCHEMA, "drift_comparator")["label"] == 0.1


def test_nothing_to_compare_with() -> None:
    current = statistics_of({"cat": 9}, site={"a": 9})
    assert _bounds(with_bounds(SCHEMA, current, None, None), "drift_comparator") == {}
    without_site = statistics_of({"cat": 9})
    bounded = with_bounds(SCHEMA, current, None, without_site)
    assert _bounds(bounded, "drift_comparator") == {}
    assert "label" in _bounds(bounded, "skew_comparator")
    assert "site" not in _bounds(bounded, "skew_comparator")


def _measures(draw: np.random.Generator, count: int) -> Statistics:
    columns: dict[str, Any] = {
        "label": draw.choice(["a", "b", "c"], count, p=[0.5, 0.3, 0.2]),
        "site": draw.choice(["a", "b"], count),
        "width": draw.choice([320, 640, 1024, 3000], count, p=[0.5, 0.3, 0.15, 0.05]),
        "height": np.exp(draw.normal(6.5, 0.6, count)).astype(int),
        "channels": draw.choice([1, 3], count, p=[0.1, 0.9]),
        "brightness": np.clip(draw.normal(0.4, 0.1, count), 0, 1),
    }
    return tfdv.generate_statistics_from_dataframe(pd.DataFrame(columns), n_jobs=1)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "other"), [(20, 20), (20, 146), (60, 60), (255, 1825), (540, 1825)])
def test_alike_splits_are_hardly_ever_reported(count: int, other: int) -> None:
    draw = np.random.default_rng(5)
    schema = freeze({"train": _measures(draw, 2000)}, ExampleValidatorConfig())
    compared = alarms = 0
    for _ in range(50):
        current, train = _measures(draw, count), _measures(draw, other)
        found = tfdv.validate_statistics(
            current, with_bounds(schema, current, None, train), serving_statistics=train
        )
        compared += len(found.drift_skew_info)
        alarms += len(found.anomaly_info)
    assert compared == 50 * 6
    assert alarms <= 3
