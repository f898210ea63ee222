"""One split, judged: by TFDV, and for what has vanished, which TFDV does not ask."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tfx import components as _tfx_components  # noqa: F401  puts in place what TFDV 1.16 misses

# isort: split
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

from components.example_validator.bounds import with_bounds
from components.example_validator.words import put_into_words, quoted
from components.features import TRAIN
from components.statistics_files import Statistics, counts_of, feature_of

Severity: TypeAlias = anomalies_pb2.AnomalyInfo.Severity
BySplit = dict[str, Statistics]


def validate(
    split: str, statistics: BySplit, schema: schema_pb2.Schema, previous: BySplit
) -> anomalies_pb2.Anomalies:
    """Holds one split against the schema, the train split, and itself at the last run.

    Args:
        split: its name.
        statistics: of this run, all splits.
        schema: its comparators say how far apart splits and runs may lie.
        previous: of the last run, all splits; empty if there is nothing to compare with.

    Returns:
        TFDV's anomalies, described in our words, and an entry `<feature> (vanished)` for each feature
        that lacks values of its domain: an error if no split has them any more, or if this split had
        them at the last run; a warning if other splits have them.
    """
    current, before = statistics[split], previous.get(split)
    train = None if split == TRAIN else statistics.get(TRAIN)
    anomalies = tfdv.validate_statistics(
        current,
        with_bounds(schema, current, before, train),
        previous_statistics=before,
        serving_statistics=train,
    )
    domains = {feature.name: domain_of(schema, feature) for feature in schema.feature}
    put_into_words(anomalies, domains, current, before, train)
    for name, domain in domains.items():
        if feature_of(current, name):  # a column that is missing as a whole is TFDV's to report
            counts = {place: counts_of(of_place, name) for place, of_place in statistics.items()}
            had = counts_of(before, name) if before else {}
            severity, text = find_vanished(split, domain, counts, had)
            if text:
                _add(anomalies, name, severity, text)
    return anomalies


def find_vanished(
    split: str, domain: Sequence[str], counts: Mapping[str, Mapping[str, int]], had: Mapping[str, int]
) -> tuple[Severity, str]:
    """Which values of a domain a split has no picture of.

    Args:
        split: its name.
        domain: the values that the schema knows.
        counts: pictures by split and value, now.
        had: pictures by value that this split had at the last run.

    Returns:
        How grave it is, and the words for it; no words if all is there.
    """
    absent = [value for value in domain if not counts[split].get(value)]
    gone = [value for value in absent if not any(count.get(value) for count in counts.values())]
    taken = [value for value in absent if value not in gone and had.get(value)]
    elsewhere = [value for value in absent if value not in (*gone, *taken)]
    grave = []
    if gone and split == TRAIN:  # said once: of the other splits it is as true
        grave.append(f"no picture of any split has {quoted(gone)}")
    if taken:
        grave.append(f"no picture has {quoted(taken)} any more, as it had at the last run")
    if grave:
        return anomalies_pb2.AnomalyInfo.ERROR, "; ".join(grave)
    text = f"no picture has {quoted(elsewhere)}, which other splits have" if elsewhere else ""
    return anomalies_pb2.AnomalyInfo.WARNING, text


def domain_of(schema: schema_pb2.Schema, feature: schema_pb2.Feature) -> list[str]:
    """The values that a text feature may have; empty if any will do."""
    if feature.HasField("string_domain"):
        return list(feature.string_domain.value)
    return next((list(domain.value) for domain in schema.string_domain if domain.name == feature.domain), [])


def _add(anomalies: anomalies_pb2.Anomalies, name: str, severity: Severity, text: str) -> None:
    # An entry of its own: TFDV's entries have one severity for all their reasons.
    entry = anomalies.anomaly_info[f"{name} (vanished)"]
    entry.path.step.append(name)
    entry.severity, entry.short_description, entry.description = severity, "vanished", text
    entry.reason.add(
        type=anomalies_pb2.AnomalyInfo.CUSTOM_VALIDATION, short_description="vanished", description=text
    )
