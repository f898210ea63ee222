"""TFDV's findings in words that say what, how much, and what would have been right."""

from collections.abc import Mapping, Sequence

from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.statistics_files import Statistics, counts_of, mean_of

_SHOWN = 5
_Info = anomalies_pb2.AnomalyInfo
_COMPARED = (_Info.COMPARATOR_L_INFTY_HIGH, _Info.COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH)


def quoted(values: Sequence[str]) -> str:
    """The first few of `values`, and how many more there are."""
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(f"`{value}`" for value in values[:_SHOWN]) + more


def put_into_words(
    anomalies: anomalies_pb2.Anomalies,
    domains: Mapping[str, Sequence[str]],
    current: Statistics,
    previous: Statistics | None,
    train: Statistics | None,
) -> None:
    """Describes each finding anew, in place; kinds that are not known here keep TFDV's description.

    Args:
        anomalies: as TFDV gives them.
        domains: legal values by feature.
        current: of the split that was judged.
        previous: of the same split at the last run, if it was compared.
        train: of the train split, if it was compared.
    """
    measured = {info.path.step[0]: info for info in anomalies.drift_skew_info}
    for key, info in anomalies.anomaly_info.items():
        name = info.path.step[0] if info.path.step else key
        for reason in info.reason:
            if reason.type == _Info.ENUM_TYPE_UNEXPECTED_STRING_VALUES:
                _say(reason, "new values", _new_values(domains.get(name, ()), counts_of(current, name)))
            elif reason.type == _Info.SCHEMA_MISSING_COLUMN:
                _say(reason, "missing column", "no picture has this column any more")
            elif reason.type == _Info.SCHEMA_NEW_COLUMN:
                _say(reason, "new column", "the schema does not have this column")
            elif reason.type in _COMPARED:
                # TFDV writes one sentence for both; only its words tell the last run from another split.
                is_drift = "previous" in reason.short_description
                measurements = (
                    measured[name].drift_measurements if is_drift else measured[name].skew_measurements
                )
                other = previous if is_drift else train
                text = _apart(name, current, other, "at the last run" if is_drift else "in train")
                distance = f"distance {measurements[0].value:.3f}, bound {measurements[0].threshold:.3f}"
                _say(reason, "drift" if is_drift else "skew", f"{text} ({distance})")
        info.description = "; ".join(reason.description for reason in info.reason) or info.description
        if len(info.reason) == 1:
            info.short_description = info.reason[0].short_description


def _say(reason: anomalies_pb2.AnomalyInfo.Reason, kind: str, text: str) -> None:
    reason.short_description, reason.description = kind, text


def _new_values(domain: Sequence[str], counts: Mapping[str, int]) -> str:
    new = [value for value in sorted(counts) if value not in domain]
    pictures = sum(counts[value] for value in new)
    return f"{quoted(new)} not in the schema ({pictures} picture{'s' * (pictures != 1)})"


def _apart(name: str, current: Statistics, other: Statistics | None, where: str) -> str:
    """What lies furthest apart: the share of one value, or the mean of a number."""
    if other is None:
        return f"another distribution than {where}"
    now, then = _shares(current, name), _shares(other, name)
    if not now and not then:
        return f"mean {mean_of(current, name):.4g}, {where} {mean_of(other, name):.4g}"
    value = max({**now, **then}, key=lambda value: abs(now.get(value, 0) - then.get(value, 0)))
    return f"share of `{value}` {now.get(value, 0):.1%}, {where} {then.get(value, 0):.1%}"


def _shares(statistics: Statistics, name: str) -> dict[str, float]:
    counts = counts_of(statistics, name)
    whole = sum(counts.values())
    return {value: count / whole for value, count in counts.items()} if whole else {}
