"""LatestStatistics: what the data looked like at the last run that ExampleValidator let pass.

In: the statistics of this run, and all statistics and anomalies of this pipeline. Out: `previous`, or
none on the first run.

Older than this run's, as in `latest_blessed_model`: an unchanged re-run has the same reference and
stays cached. And let pass: a run that was stopped for its data must not become the measure of the next.
"""

from typing import Any

from tfx import types
from tfx.dsl.components.common import resolver
from tfx.types import standard_artifacts

from components.statistics_files import STATISTICS_ID

CURRENT, PREVIOUS, ANOMALIES = "current", "previous", "anomalies"


class OlderValidStatisticsStrategy(resolver.ResolverStrategy):
    """The latest statistics with a lower id than this run's that came through ExampleValidator."""

    def resolve_artifacts(
        self, store: Any, input_dict: dict[str, list[types.Artifact]]
    ) -> dict[str, list[types.Artifact]]:
        """Returns `previous` with one artifact or none."""
        current = input_dict[CURRENT][0]
        passed = {
            anomalies.get_int_custom_property(STATISTICS_ID)
            for anomalies in input_dict[ANOMALIES]
            if anomalies.has_custom_property(STATISTICS_ID)
        }
        older = [item for item in input_dict[PREVIOUS] if item.id < current.id and item.id in passed]
        newest = sorted(older, key=lambda item: item.id)[-1:]
        # Not all the anomalies: what is returned is recorded, and each run adds one more.
        return {CURRENT: [current], PREVIOUS: newest, ANOMALIES: []}


def build(statistics: types.Channel) -> resolver.Resolver:
    """The node of this room."""
    return resolver.Resolver(
        strategy_class=OlderValidStatisticsStrategy,
        current=statistics,
        previous=types.Channel(
            type=standard_artifacts.ExampleStatistics, producer_component_id="StatisticsGen"
        ),
        anomalies=types.Channel(
            type=standard_artifacts.ExampleAnomalies, producer_component_id="ExampleValidator"
        ),
    ).with_id("LatestStatistics")
