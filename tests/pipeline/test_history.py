"""ML Metadata looks back by resolvers, and keeps nothing twice."""

from tfx import types
from tfx.types import standard_artifacts

from pipeline.history import MetadataHistory


def test_metadata_is_asked_by_resolvers() -> None:
    statistics = types.Channel(type=standard_artifacts.ExampleStatistics)
    anomalies = types.Channel(type=standard_artifacts.ExampleAnomalies)
    history = MetadataHistory()
    assert history.latest_statistics(statistics).id == "LatestStatistics"
    assert (
        history.latest_blessed_model(types.Channel(type=standard_artifacts.Model)).id == "LatestBlessedModel"
    )
    assert history.keep(statistics, anomalies) is None
