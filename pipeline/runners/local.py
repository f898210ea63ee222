"""Runs the pipeline on this machine: every node in this process, one after another.

TFX's LocalDagRunner does no more for a node than `Launcher(...).launch()`. This runner does the same,
and besides tells a view what happens, knows which nodes were cached, and can start anew from a node.
"""

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tfx import types
from tfx.dsl.compiler import compiler, constants
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.orchestration.local import runner_utils
from tfx.orchestration.portable import launcher, runtime_parameter_utils
from tfx.proto.orchestration import pipeline_pb2
from tfx.types import artifact_utils

from pipeline.nodes import check_range
from pipeline.runners.patient_metadata import PatientMetadata

State = Literal["complete", "cached", "failed", "skipped"]
Outputs = dict[str, list[types.Artifact]]


class View(Protocol):
    """Whoever watches the nodes."""

    def node_started(self, node: str) -> None: ...

    def node_finished(self, node: str, state: State, seconds: float) -> None: ...


@dataclass(frozen=True)
class NodeResult:
    """What became of a node.

    Attributes:
        id: of the node.
        state: `complete` if it ran, `cached` if an earlier run's outputs hold, `failed`, or `skipped`.
        seconds: it took, driver and publisher included.
        outputs: its artifacts, by output name.
        execution: ML Metadata's id; `None` where there is none.
        cpu_seconds: of all cores together, worker processes of its own included; `None` where nobody counted.
    """

    id: str
    state: State
    seconds: float
    outputs: Outputs = field(default_factory=dict)
    execution: int | None = None
    cpu_seconds: float | None = None


class LocalRunner:
    """One run. `results` grows as nodes finish, so that it tells the truth also after a failure.

    Attributes:
        view: is told of each node; may be set before `run`.
        results: of the nodes so far, in order.
    """

    def __init__(
        self,
        pipeline: tfx_pipeline.Pipeline,
        run_id: str,
        view: View | None = None,
        before: Sequence[NodeResult] = (),
        patience_seconds: float = 0,
    ) -> None:
        """
        Args:
            pipeline: to run.
            run_id: of the run.
            view: see above.
            before: what other processes did of this run.
            patience_seconds: how long to wait for ML Metadata's database where it does not answer.
        """
        self.view = view
        self._pipeline = compiler.Compiler().compile(pipeline)
        runtime_parameter_utils.substitute_runtime_parameter(
            self._pipeline, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id}
        )
        self._deployment = runner_utils.extract_local_deployment_config(self._pipeline)
        connection = self._deployment.metadata_connection_config
        self._connection = getattr(connection, connection.WhichOneof("connection_config"))
        self._patience_seconds = patience_seconds
        self.results: list[NodeResult] = list(before)

    @property
    def node_ids(self) -> list[str]:
        return [node.pipeline_node.node_info.id for node in self._pipeline.nodes]

    def run(self, start: str | None = None, stop: str | None = None) -> None:
        """Runs the nodes in order.

        Args:
            start: this node and all after it run again, cached or not.
            stop: the nodes after this one are skipped.

        Raises:
            InputError: there is no such node, or `stop` comes before `start`.
            Exception: whatever a node raised; `results` says which.
        """
        check_range(start, stop, self.node_ids)
        is_skipping, is_renewing = False, False
        for node_id, node in zip(self.node_ids, self._pipeline.nodes, strict=True):
            if is_skipping:
                self._finish(NodeResult(node_id, "skipped", 0.0))
                continue
            is_renewing = is_renewing or node_id == start
            if is_renewing:
                node.pipeline_node.execution_options.caching_options.enable_cache = False
            self._launch(node.pipeline_node)
            is_skipping = node_id == stop

    def run_node(self, node_id: str) -> NodeResult:
        """Runs one node, those before it having run.

        Raises:
            Exception: whatever the node raised.
        """
        nodes = dict(zip(self.node_ids, self._pipeline.nodes, strict=True))
        self._launch(nodes[node_id].pipeline_node)
        return self.results[-1]

    def outputs(self, node: str, name: str) -> list[types.Artifact]:
        """The artifacts that a node put out in this run; none if it did not get that far."""
        for result in self.results:
            if result.id == node:
                return result.outputs.get(name, [])
        return []

    def _launch(self, node: pipeline_pb2.PipelineNode) -> None:
        node_id = node.node_info.id
        started, used = time.monotonic(), _cpu_seconds()
        if self.view:
            self.view.node_started(node_id)
        executor = runner_utils.extract_executor_spec(self._deployment, node_id)
        try:
            execution = launcher.Launcher(
                pipeline_node=node,
                mlmd_connection=self._metadata(),
                pipeline_info=self._pipeline.pipeline_info,
                pipeline_runtime_spec=self._pipeline.runtime_spec,
                executor_spec=executor,
                custom_driver_spec=runner_utils.extract_custom_driver_spec(self._deployment, node_id),
            ).launch()
        except BaseException:
            self._finish(NodeResult(node_id, "failed", time.monotonic() - started))
            raise
        number = execution.execution_id
        with self._metadata() as handle:
            state = self._state(handle.store, number, is_resolver=executor is None)
            outputs = outputs_of(handle.store, number)
        seconds, used = time.monotonic() - started, _cpu_seconds() - used
        self._finish(NodeResult(node_id, state, seconds, outputs, number, used))

    def _metadata(self) -> PatientMetadata:
        return PatientMetadata(self._connection, self._patience_seconds)

    def _state(self, store: Any, execution: int, is_resolver: bool) -> State:
        """As ML Metadata holds it."""
        (record,) = store.get_executions_by_id([execution])
        if record.last_known_state not in (record.COMPLETE, record.CACHED):
            raise RuntimeError(f"node ended in state {record.State.Name(record.last_known_state)}")
        # A resolver executes nothing: it is a query, and new only where something above it is.
        is_cached = (
            all(result.state == "cached" for result in self.results)
            if is_resolver
            else record.last_known_state == record.CACHED
        )
        return "cached" if is_cached else "complete"

    def _finish(self, result: NodeResult) -> None:
        self.results.append(result)
        if self.view:
            self.view.node_finished(result.id, result.state, result.seconds)


def _cpu_seconds() -> float:
    """What this process took so far, and what those took that it started and that ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def outputs_of(store: Any, execution: int) -> Outputs:
    """The artifacts that ML Metadata's `store` holds as the outputs of an execution, by output name."""
    events = [
        event
        for event in store.get_events_by_execution_ids([execution])
        if event.type in (event.OUTPUT, event.INTERNAL_OUTPUT)
    ]
    artifacts = {item.id: item for item in store.get_artifacts_by_id([e.artifact_id for e in events])}
    type_ids = {item.type_id for item in artifacts.values()}
    artifact_types = {kind.id: kind for kind in store.get_artifact_types_by_id(type_ids)}
    outputs: Outputs = {}
    for event in events:
        item = artifacts[event.artifact_id]
        name = event.path.steps[0].key
        artifact = artifact_utils.deserialize_artifact(artifact_types[item.type_id], item)
        outputs.setdefault(name, []).append(artifact)
    return outputs
