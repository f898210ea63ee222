"""What the nodes of a run say of themselves, where each of them has a process of its own.

A record is a small file, `runs/<run id>/nodes/<node>.json`; what a node put out is in ML Metadata.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.whole_file import write_whole

if TYPE_CHECKING:
    from tfx import types

    from pipeline.runners.local import NodeResult, State


@dataclass(frozen=True)
class NodeRecord:
    """What became of a node, at the last time that it was called.

    Attributes:
        id: of the node.
        state: `complete`, `cached` or `failed`.
        seconds: of the node itself, without its process's imports.
        execution: ML Metadata's id; `None` where it failed.
        peak_rss_mib: of its process.
        error: why it failed, on one line.
    """

    id: str
    state: "State"
    seconds: float
    execution: int | None
    peak_rss_mib: float
    error: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether it need not be called again."""
        return self.state != "failed"

    def write(self, run: Path) -> None:
        """Replaces the node's record in the run's folder."""
        folder = run / "nodes"
        folder.mkdir(exist_ok=True)
        write_whole(folder / f"{self.id}.json", json.dumps(asdict(self), indent=2) + "\n")


def read_records(run: Path, nodes: Sequence[str]) -> list[NodeRecord]:
    """The records of those nodes that have one, in the order of `nodes`."""
    files = (run / "nodes" / f"{node}.json" for node in nodes)
    return [NodeRecord(**json.loads(file.read_text(encoding="utf-8"))) for file in files if file.exists()]


class RecordedRun:
    """A run as its nodes' records and ML Metadata tell of it; what a summary asks of a runner."""

    def __init__(
        self,
        records: Sequence[NodeRecord],
        node_ids: Sequence[str],
        connection: Any,
        patience_seconds: float = 0,
    ) -> None:
        """
        Args:
            records: of the nodes that were called.
            node_ids: all of them, in the order of the flow.
            connection: ML Metadata's.
            patience_seconds: how long to wait for its database where it does not answer.
        """
        self.node_ids = node_ids
        self._records = records
        self._connection, self._patience_seconds = connection, patience_seconds

    @property
    def results(self) -> "list[NodeResult]":
        """Of the nodes that were called; their outputs are asked for one by one."""
        from pipeline.runners.local import NodeResult

        return [NodeResult(record.id, record.state, record.seconds) for record in self._records]

    def outputs(self, node: str, name: str) -> "list[types.Artifact]":
        """The artifacts that a node put out in this run; none if it did not get that far."""
        from pipeline.runners.local import outputs_of
        from pipeline.runners.patient_metadata import PatientMetadata

        execution = next((record.execution for record in self._records if record.id == node), None)
        if execution is None:
            return []
        with PatientMetadata(self._connection, self._patience_seconds) as handle:
            return outputs_of(handle.store, execution).get(name, [])
