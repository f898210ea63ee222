"""Real statistics of data sets that never were, and a node that puts them out."""

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from tfx import components as _tfx_components  # noqa: F401

# isort: split
import tensorflow_data_validation as tfdv
from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts

from components.statistics_files import Statistics

Pictures = Mapping[str, Any]
"""Arguments of `statistics_of`."""


def statistics_of(
    label: Mapping[str, int], brightness: float = 0.4, width: Any = 32, seed: int = 0, **columns: Any
) -> Statistics:
    """TFDV's statistics of one split.

    Args:
        label: pictures by class.
        brightness: mean; the deviation is 0.1.
        width: of every picture, or of each.
        seed: draws brightness and height.
        columns: pictures by value, for each further text column; `None` is no value.
    """
    count = sum(label.values())
    draw = np.random.default_rng(seed)
    measures = {
        "width": np.broadcast_to(width, count),
        "height": draw.integers(200, 400, count),
        "channels": np.full(count, 3),
        "brightness": np.clip(draw.normal(brightness, 0.1, count), 0, 1),
    }
    texts = {
        name: [value for value, times in values.items() for _ in range(times)]
        for name, values in {"label": label, **columns}.items()
    }
    frame = pd.DataFrame({**measures, **texts})
    return tfdv.generate_statistics_from_dataframe(
        frame, tfdv.StatsOptions(num_rank_histogram_buckets=100_000), n_jobs=1
    )


def data_set(**changes: Any) -> dict[str, Statistics]:
    """A harmless data set of 400, 200 and 200 pictures; `changes` reach all of its splits."""
    splits = {"train": (400, 1), "eval": (200, 2), "test": (200, 3)}
    return {
        split: statistics_of({"cat": count // 2, "dog": count // 2}, seed=seed, **changes)
        for split, (count, seed) in splits.items()
    }


def write(uri: str, statistics: Mapping[str, Statistics]) -> None:
    """Writes them as StatisticsGen does."""
    for split, of_split in statistics.items():
        folder = os.path.join(uri, f"Split-{split}")
        os.makedirs(folder)
        with open(os.path.join(folder, "FeatureStats.pb"), "wb") as file:
            file.write(of_split.SerializeToString())


class _Executor(base_executor.BaseExecutor):
    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        artifact = artifact_utils.get_single_instance(output_dict["statistics"])
        pictures = json.loads(exec_properties["pictures"])
        artifact.split_names = artifact_utils.encode_split_names(list(pictures))
        write(artifact.uri, {split: statistics_of(**of_split) for split, of_split in pictures.items()})


class _Spec(component_spec.ComponentSpec):
    PARAMETERS = {"pictures": component_spec.ExecutionParameter(type=str)}
    INPUTS: dict[str, component_spec.ChannelParameter] = {}
    OUTPUTS = {"statistics": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics)}


class _StatisticsGen(base_component.BaseComponent):
    SPEC_CLASS = _Spec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(_Executor)


def statistics_node(pictures: Mapping[str, Pictures]) -> base_component.BaseComponent:
    """A node that stands in for StatisticsGen: `pictures` by split."""
    channel = types.Channel(type=standard_artifacts.ExampleStatistics)
    spec = _Spec(pictures=json.dumps(pictures, sort_keys=True), statistics=channel)
    return _StatisticsGen(spec).with_id("StatisticsGen")
