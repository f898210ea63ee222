"""The reference: the latest statistics before this run's that ExampleValidator let pass."""

import pytest
from tfx.types import Artifact, standard_artifacts

from components.latest_statistics import OlderValidStatisticsStrategy
from components.statistics_files import STATISTICS_ID


def _statistics(number: int) -> Artifact:
    statistics = standard_artifacts.ExampleStatistics()
    statistics.id = number
    return statistics


def _anomalies(of_statistics: int | None) -> Artifact:
    anomalies = standard_artifacts.ExampleAnomalies()
    anomalies.id = 1000 + (of_statistics or 0)
    if of_statistics is not None:
        anomalies.set_int_custom_property(STATISTICS_ID, of_statistics)
    return anomalies


@pytest.mark.parametrize(
    ("others", "passed", "previous"),
    [
        ([], [], []),
        ([], [5], []),  # an unchanged re-run is not compared with itself
        ([1], [1], [1]),
        ([1, 3], [1, 3], [3]),
        ([3, 1], [1, 3], [3]),
        ([1, 3], [1], [1]),  # the run of 3 was stopped for its data
        ([1, 3], [], []),
        ([7], [7], []),
        ([1, 7], [1, 7, 5], [1]),
        ([1], [None], []),  # anomalies of another maker
    ],
)
def test_resolve_latest_older_valid_statistics(
    others: list[int], passed: list[int | None], previous: list[int]
) -> None:
    current = _statistics(5)
    resolved = OlderValidStatisticsStrategy().resolve_artifacts(
        None,
        {
            "current": [current],
            "previous": [current, *map(_statistics, others)],
            "anomalies": [_anomalies(number) for number in passed],
        },
    )
    assert [item.id for item in resolved["previous"]] == previous
    assert resolved["current"] == [current]
