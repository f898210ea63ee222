"""StatisticsGen: label, measures and slices of the examples in figures, for each split.

In: `examples`. Out: `statistics`, which SchemaGen learns from and ExampleValidator judges.
"""

from collections.abc import Iterable

from tfx.components import StatisticsGen

# isort: split
# TFDV 1.16 imports a module that tfx-bsl 1.21 dropped; tfx.components puts a stub in its place.
import tensorflow_data_validation as tfdv
from tfx import types

from components.described import described

# TFDV keeps the thousand most frequent values; a class beyond them would seem to have vanished.
_VALUES_KEPT = 100_000


def build(examples: types.Channel, columns: Iterable[str]) -> StatisticsGen:
    """The node of this room; `columns` are those that slices are made of."""
    options = tfdv.StatsOptions(feature_allowlist=described(columns), num_rank_histogram_buckets=_VALUES_KEPT)
    return StatisticsGen(examples=examples, stats_options=options)
