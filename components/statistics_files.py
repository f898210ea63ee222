"""Statistics as StatisticsGen writes them: loaded by split, and asked a few plain questions."""

import hashlib
from typing import TypeAlias

from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2
from tfx import types
from tfx.types import artifact_utils

Statistics: TypeAlias = statistics_pb2.DatasetFeatureStatisticsList
"""Of one split."""
STATISTICS_ID = "statistics_id"
"""Property of anomalies: the artifact id of the statistics that ExampleValidator let pass."""


def load(artifact: types.Artifact) -> dict[str, Statistics]:
    """The statistics of every split of a `statistics` artifact, by split."""
    # Needs TFDV, and so tfx.components first; who only asks questions does without.
    from tfx.components.statistics_gen import stats_artifact_utils

    return {
        split: stats_artifact_utils.load_statistics(artifact, split).proto()
        for split in artifact_utils.decode_split_names(artifact.split_names)
    }


def mark_origin(schema: schema_pb2.Schema, by_split: dict[str, Statistics]) -> None:
    """Notes in `schema` which statistics it was frozen from."""
    schema.annotation.tag.append(_origin(by_split))


def is_origin(schema: schema_pb2.Schema, by_split: dict[str, Statistics]) -> bool:
    """Whether `schema` was frozen from these very statistics."""
    return _origin(by_split) in schema.annotation.tag


def _origin(by_split: dict[str, Statistics]) -> str:
    whole = hashlib.sha256()
    for split in sorted(by_split):
        whole.update(split.encode() + by_split[split].SerializeToString(deterministic=True))
    return f"frozen from statistics {whole.hexdigest()[:16]}"


def examples_of(statistics: Statistics) -> int:
    """How many examples the split has."""
    return int(statistics.datasets[0].num_examples) if statistics.datasets else 0


def feature_of(statistics: Statistics, name: str) -> statistics_pb2.FeatureNameStatistics | None:
    """The statistics of one feature, `None` where there are none."""
    for dataset in statistics.datasets:
        for feature in dataset.features:
            if name in (feature.name, *feature.path.step):
                return feature
    return None


def counts_of(statistics: Statistics, name: str) -> dict[str, int]:
    """How often each value of a text feature occurs; empty for numbers and for what is not there."""
    feature = feature_of(statistics, name)
    buckets = feature.string_stats.rank_histogram.buckets if feature else ()
    return {bucket.label: round(bucket.sample_count) for bucket in buckets}


def mean_of(statistics: Statistics, name: str) -> float:
    """Mean of a number feature; NaN for what is not there."""
    feature = feature_of(statistics, name)
    return feature.num_stats.mean if feature else float("nan")
