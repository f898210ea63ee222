"""A schema to review and to keep: inferred from statistics, closed, and with bounds.

What SchemaGen infers says of what kind each feature is. Frozen, it also says which classes and slice
values there are, and how far splits and runs may differ.
"""

from tfx import components as _tfx_components  # noqa: F401  puts in place what TFDV 1.16 misses

# isort: split
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.features import LABEL, TRAIN
from components.schema_gen.component import forget_number_domains
from components.statistics_files import Statistics, counts_of, examples_of, mark_origin
from pipeline.config import ExampleValidatorConfig

# More values than this are names of things (patients, senders), of which each week brings new ones.
LARGEST_DOMAIN = 100

_HEADER = """\
# What the examples of `{name}` must look like. Review this file, commit it, and set schema_gen.file to it.
# Frozen from {pictures}.
#
# string_domain: the values there may be. ExampleValidator reports a new one, and one that has vanished.
# skew_comparator: how far eval and test may differ from train.
# drift_comparator: how far each split may differ from the last run that came through.
#   infinity_norm: difference in the share of one value. jensen_shannon_divergence: 0 alike, 1 apart.
#   Bounds are widened by what chance does on few pictures.
# annotation: the statistics that this was frozen from. They are not held against the last run.
"""


def freeze(statistics: dict[str, Statistics], config: ExampleValidatorConfig) -> schema_pb2.Schema:
    """Makes the schema.

    Args:
        statistics: by split; `train` must be there. All splits add to the domains and say which
            columns have gaps.
        config: the bounds.

    Returns:
        The schema, without the picture's bytes. A slice column with more than `LARGEST_DOMAIN` values
        has no domain: any value will do.
    """
    schema = tfdv.infer_schema(statistics[TRAIN], infer_feature_shape=True)
    for split in sorted(set(statistics) - {TRAIN}):
        schema = tfdv.update_schema(schema, statistics[split], infer_feature_shape=True)
    forget_number_domains(schema)
    del schema.string_domain[:]
    for feature in schema.feature:
        feature.ClearField("lifecycle_stage")  # TFDV retires a column that one split lacks
        if feature.type == schema_pb2.BYTES:
            _close(schema, feature, statistics)
        _bound(feature.drift_comparator, feature.type, config)
        _bound(feature.skew_comparator, feature.type, config)
    mark_origin(schema, statistics)
    return schema


def as_text(schema: schema_pb2.Schema, name: str, statistics: dict[str, Statistics]) -> str:
    """The file's content: a header that explains it, and the schema."""
    pictures = ", ".join(f"{examples_of(of_split):,} {split}" for split, of_split in statistics.items())
    header = _HEADER.format(name=name, pictures=f"{pictures} pictures")
    return f"{header}\n{text_format.MessageToString(schema, as_utf8=True)}"


def _close(schema: schema_pb2.Schema, feature: schema_pb2.Feature, statistics: dict[str, Statistics]) -> None:
    counts = [counts_of(of_split, feature.name) for of_split in statistics.values()]
    values = sorted(set().union(*counts))
    feature.ClearField("domain_info")
    if feature.name == LABEL or len(values) <= LARGEST_DOMAIN:
        feature.domain = feature.name
        schema.string_domain.add(name=feature.name, value=values)


def _bound(comparator: schema_pb2.FeatureComparator, kind: int, config: ExampleValidatorConfig) -> None:
    if kind == schema_pb2.BYTES:
        comparator.infinity_norm.threshold = config.largest_shift
        return
    divergence = comparator.jensen_shannon_divergence
    divergence.threshold = config.largest_divergence
    # Its other histogram, of ten equal widths, calls one odd picture among 300 alike ones a divergence of 1.
    divergence.source.type = schema_pb2.HistogramSelection.QUANTILES
