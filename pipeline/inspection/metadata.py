"""ML Metadata as plain values: executions, artifacts, and which of them led to which.

Synopsis:
    metadata = open_metadata(workspace)
    metadata.producer_of(metadata.artifacts[12])
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ml_metadata.metadata_store.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2

from pipeline.errors import InputError
from pipeline.metadata.claims import RUN, own_executions
from pipeline.metadata.store import address_of, has_run, open_store
from pipeline.workspace import Workspace

proto: Any = metadata_store_pb2  # its classes are made when it is imported
ROLLBACK = "Rollback"
"""What made a version that was rolled back to: the one execution that is no run's."""
_PLAIN = ("string_value", "int_value", "double_value", "bool_value")
_OUTPUTS = (proto.Event.OUTPUT, proto.Event.DECLARED_OUTPUT)
_INPUTS = (proto.Event.INPUT, proto.Event.DECLARED_INPUT)


@dataclass(frozen=True)
class Execution:
    """A node that ran, or whose earlier outputs held.

    Attributes:
        id: of ML Metadata.
        node: its name in the pipeline.
        run: the run's id.
        state: `complete`, `cached`, `failed`, `running`, ...
        started: seconds since 1970.
        seconds: it took.
        properties: what it was told, as text or numbers.
    """

    id: int
    node: str
    run: str
    state: str
    started: float
    seconds: float
    properties: dict[str, Any]


@dataclass(frozen=True)
class Artifact:
    """Something that a node put out.

    Attributes:
        id: of ML Metadata.
        type: of TFX, such as `Model`.
        uri: its folder.
        created: seconds since 1970.
        is_there: whether the folder still is; `None` where that cannot be seen from here.
        properties: what its node noted on it.
    """

    id: int
    type: str
    uri: str
    created: float
    is_there: bool | None
    properties: dict[str, Any]


Link = tuple[int, str]
"""The other's id, and the name under which an artifact goes in or out."""


class Metadata:
    """The whole store, or what of it is the workspace's; read on first use."""

    def __init__(self, store: MetadataStore, workspace: Workspace | None = None) -> None:
        """
        Args:
            store: to read.
            workspace: of a store that others may share: nothing of theirs is told.
        """
        self._store, self._workspace = store, workspace

    @cached_property
    def executions(self) -> dict[int, Execution]:
        """All of them, by id."""
        nodes = self._by_context("node")
        runs = self._by_context(RUN)
        return {
            record.id: Execution(
                record.id,
                nodes.get(record.id, "").partition(".")[2] or record.type,  # `Trainer.x` holds one, too
                runs.get(record.id, ""),
                proto.Execution.State.Name(record.last_known_state).lower(),
                record.create_time_since_epoch / 1000,
                (record.last_update_time_since_epoch - record.create_time_since_epoch) / 1000,
                _plain(record.custom_properties),
            )
            for record in self._own_executions()
        }

    @cached_property
    def artifacts(self) -> dict[int, Artifact]:
        """All of them, by id."""
        return {
            record.id: Artifact(
                record.id,
                record.type,
                record.uri,
                record.create_time_since_epoch / 1000,
                None if "://" in record.uri else Path(record.uri).exists(),
                _plain(record.custom_properties),
            )
            for record in self._own_artifacts()
        }

    def outputs_of(self, execution: int) -> list[Link]:
        """Artifacts that an execution put out; those of a cached one are an earlier one's."""
        return self._links[0][execution]

    def inputs_of(self, execution: int) -> list[Link]:
        """Artifacts that went in."""
        return self._links[1][execution]

    def producer_of(self, artifact: int) -> Execution | None:
        """The execution that made it, not those that it later held for; `None` for what came from outside."""
        makers = [self.executions[each] for each, _ in self._links[2][artifact]]
        return min(makers, key=lambda execution: execution.id, default=None)

    def users_of(self, artifact: int) -> list[Execution]:
        """The executions into which it went, in the order of time."""
        return [self.executions[each] for each in sorted({each for each, _ in self._links[3][artifact]})]

    def of_run(self, run: str) -> list[Execution]:
        """A run's executions, in the order of time."""
        return [execution for _, execution in sorted(self.executions.items()) if execution.run == run]

    @cached_property
    def _links(self) -> tuple[dict[int, list[Link]], ...]:
        """Outputs and inputs by execution, makers and users by artifact."""
        links: tuple[dict[int, list[Link]], ...] = tuple(defaultdict(list) for _ in range(4))
        events = self._store.get_events_by_execution_ids([*self.executions])
        for event in sorted(events, key=lambda event: (event.execution_id, event.artifact_id)):
            name = next((step.key for step in event.path.steps if step.key), "")
            for kinds, by_execution, by_artifact in ((_OUTPUTS, 0, 2), (_INPUTS, 1, 3)):
                if event.type in kinds:
                    links[by_execution][event.execution_id].append((event.artifact_id, name))
                    links[by_artifact][event.artifact_id].append((event.execution_id, name))
        return links

    def _own_executions(self) -> list[Any]:
        """Those of the workspace's runs, and its rollbacks, which are of no run."""
        if self._workspace is None:
            return self._store.get_executions()
        own = self._store.get_executions_by_id([*own_executions(self._store, self._workspace)])
        kinds = {each.name for each in self._store.get_execution_types()} & {ROLLBACK}
        others = [each for kind in kinds for each in self._store.get_executions_by_type(kind)]
        events = self._store.get_events_by_execution_ids([each.id for each in others]) if others else []
        made = {each.artifact_id: each.execution_id for each in events if each.type in _OUTPUTS}
        served = f"{self._workspace.root.resolve() / 'serving'}/"
        found = {
            made[each.id] for each in self._store.get_artifacts_by_id([*made]) if each.uri.startswith(served)
        }
        return [*own, *(each for each in others if each.id in found)]

    def _own_artifacts(self) -> list[Any]:
        if self._workspace is None:
            return self._store.get_artifacts()
        links = self._links[2].keys() | self._links[3].keys()
        return self._store.get_artifacts_by_id([*links])

    def _by_context(self, kind: str) -> dict[int, str]:
        """The name of each execution's context of this kind."""
        return {
            execution.id: context.name
            for context in self._store.get_contexts_by_type(kind)
            for execution in self._store.get_executions_by_context(context.id)
        }


def open_metadata(workspace: Workspace) -> Metadata:
    """Opens a workspace's store for reading.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    if not has_run(workspace):
        raise InputError(
            f"there is no `{workspace.metadata}`: nothing has run in this workspace yet. Name another with "
            "--workspace DIR."
        )
    return Metadata(open_store(workspace), workspace if address_of(workspace) else None)


def _plain(properties: Any) -> dict[str, Any]:
    """Those that are text or numbers."""
    kinds = {name: value.WhichOneof("value") for name, value in properties.items()}
    return {name: getattr(properties[name], kind) for name, kind in kinds.items() if kind in _PLAIN}
