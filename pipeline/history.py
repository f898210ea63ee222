"""How a pipeline finds what earlier runs made: by ML Metadata, unless an orchestrator has none to ask."""

from typing import Protocol

from tfx import types
from tfx.dsl.components.base.base_node import BaseNode

from components import latest_blessed_model, latest_statistics


class History(Protocol):
    """Makes the nodes that look back."""

    def latest_statistics(self, current: types.Channel) -> BaseNode:
        """The node that puts out `previous`: the statistics of the last data that passed, or none."""

    def keep(self, statistics: types.Channel, anomalies: types.Channel) -> BaseNode | None:
        """The node that keeps statistics which passed, if they would not be found again without."""

    def latest_blessed_model(self, candidate: types.Channel) -> BaseNode:
        """The node that puts out `model`: what the candidate must not fall behind, or none."""


class MetadataHistory:
    """Asks ML Metadata, which keeps everything."""

    def latest_statistics(self, current: types.Channel) -> BaseNode:
        """See `components.latest_statistics`."""
        return latest_statistics.build(current)

    def keep(self, statistics: types.Channel, anomalies: types.Channel) -> BaseNode | None:
        """None: nothing is lost."""
        return None

    def latest_blessed_model(self, candidate: types.Channel) -> BaseNode:
        """See `components.latest_blessed_model`."""
        return latest_blessed_model.build(candidate)
