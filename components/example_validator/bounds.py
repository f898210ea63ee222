"""How far apart two splits may lie: as far as the schema says, and never less than chance alone makes.

Two random halves of one data set differ. On few pictures they differ by more than any sensible bound,
and a check that fails for chance is soon switched off. So the bound grows as the splits shrink.
"""

import math

from tensorflow_metadata.proto.v0 import schema_pb2

from components.statistics_files import Statistics, examples_of, feature_of

# The largest difference in the share of one value: three standard errors, at worst (a share of one half).
_CHANCE_SHARE = 1.5
# Jensen-Shannon divergence by deciles: above the largest of some hundred draws of every size tried,
# 20 against 20 to 1,825 against 540, for even, skewed and two-valued measures.
_CHANCE_DIVERGENCE = 2.0


def with_bounds(
    schema: schema_pb2.Schema,
    current: Statistics,
    previous: Statistics | None,
    train: Statistics | None,
) -> schema_pb2.Schema:
    """A copy of `schema` whose comparators fit these statistics.

    Args:
        schema: with the bounds that a person reviewed.
        current: of the split to judge.
        previous: of the same split at the last run; `None` where there is none to compare with.
        train: of this run's train split; likewise.

    Returns:
        Comparators with nothing to compare to are gone: TFDV would report the missing data.
    """
    bounded = schema_pb2.Schema()
    bounded.CopyFrom(schema)
    for feature in bounded.feature:
        for field, other in (("drift_comparator", previous), ("skew_comparator", train)):
            if other is None or feature_of(other, feature.name) is None:
                feature.ClearField(field)
            elif feature.HasField(field):
                _widen(getattr(feature, field), examples_of(current), examples_of(other))
    return bounded


def _widen(comparator: schema_pb2.FeatureComparator, count: int, other_count: int) -> None:
    chance = math.sqrt(1 / max(count, 1) + 1 / max(other_count, 1))
    for field, factor in (
        ("infinity_norm", _CHANCE_SHARE),
        ("jensen_shannon_divergence", _CHANCE_DIVERGENCE),
    ):
        if comparator.HasField(field):
            bound = getattr(comparator, field)
            bound.threshold = max(bound.threshold, factor * chance)
