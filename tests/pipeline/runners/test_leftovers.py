"""Half-written artifacts of a killed run go; finished ones, checkpoints and the ledger stay."""

from pathlib import Path
from typing import Any

import pytest
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration import metadata

from pipeline.errors import InputError
from pipeline.runners.leftovers import clear_leftovers
from pipeline.workspace import Workspace

pytestmark = pytest.mark.slow
STATES = ("COMPLETE", "CACHED", "RUNNING", "NEW", "FAILED")


def workspace(root: Path, run: str = "20240501-120000") -> tuple[Workspace, Any, dict[str, int]]:
    """An execution in each state, each with a folder of output."""
    connection = metadata.sqlite_metadata_connection_config(str(root / "metadata.sqlite"))
    (root / "runs" / "20240501-120000").mkdir(parents=True)
    ids = {}
    with metadata.Metadata(connection) as handle:
        type_id = handle.store.put_execution_type(metadata_store_pb2.ExecutionType(name="Node"))
        kind = handle.store.put_context_type(metadata_store_pb2.ContextType(name="pipeline_run"))
        (context,) = handle.store.put_contexts([metadata_store_pb2.Context(type_id=kind, name=run)])
        for state in STATES:
            execution = metadata_store_pb2.Execution(
                type_id=type_id, last_known_state=metadata_store_pb2.Execution.State.Value(state)
            )
            (ids[state],) = handle.store.put_executions([execution])
            own = metadata_store_pb2.Association(execution_id=ids[state], context_id=context)
            handle.store.put_attributions_and_associations([], [own])
            (root / "artifacts" / "Node" / "out" / str(ids[state])).mkdir(parents=True)
    for kept in ("Trainer/checkpoints/0a1b", "ImageExampleGen/ledger"):
        (root / "artifacts" / kept).mkdir(parents=True)
    (root / "artifacts" / "Node" / ".system" / "executor_execution" / "1").mkdir(parents=True)
    return Workspace(root), connection, ids


def test_only_unfinished_output_is_removed(tmp_path: Path) -> None:
    place, connection, ids = workspace(tmp_path)
    artifacts = place.artifacts
    removed = clear_leftovers(place, connection)
    unfinished = {str(ids[state]) for state in ("RUNNING", "NEW", "FAILED")}
    assert {folder.name for folder in removed} == unfinished
    left = {folder.name for folder in (artifacts / "Node" / "out").iterdir()}
    assert left == {str(ids["COMPLETE"]), str(ids["CACHED"])}
    assert (artifacts / "Trainer" / "checkpoints" / "0a1b").exists()
    assert (artifacts / "ImageExampleGen" / "ledger").exists()
    assert not (artifacts / "Node" / ".system").exists()


def test_nothing_is_running_afterwards(tmp_path: Path) -> None:
    place, connection, ids = workspace(tmp_path)
    clear_leftovers(place, connection)
    with metadata.Metadata(connection) as handle:
        states = {item.id: item.last_known_state for item in handle.store.get_executions()}
    execution = metadata_store_pb2.Execution
    assert states[ids["RUNNING"]] == states[ids["NEW"]] == execution.CANCELED
    assert states[ids["COMPLETE"]] == execution.COMPLETE


def test_fresh_workspace_has_no_leftovers(tmp_path: Path) -> None:
    connection = metadata.sqlite_metadata_connection_config(str(tmp_path / "metadata.sqlite"))
    assert clear_leftovers(Workspace(tmp_path), connection) == []


def test_what_runs_in_another_workspace_of_the_same_database_runs_on(tmp_path: Path) -> None:
    place, connection, ids = workspace(tmp_path, run="20240501-130000")
    clear_leftovers(place, connection)
    with metadata.Metadata(connection) as handle:
        (running,) = handle.store.get_executions_by_id([ids["RUNNING"]])
    assert running.last_known_state == running.RUNNING


def test_an_emptied_store_costs_no_artifact(tmp_path: Path) -> None:
    place, connection, _ = workspace(tmp_path)
    place.metadata.unlink()
    before = sorted(place.artifacts.rglob("*"))
    with pytest.raises(InputError, match="knows nothing: was it emptied, or replaced.*Nothing is removed"):
        clear_leftovers(place, connection)
    assert sorted(place.artifacts.rglob("*")) == before


def test_a_node_clears_its_own_alone(tmp_path: Path) -> None:
    place, connection, ids = workspace(tmp_path)
    other = place.artifacts / "Other" / "out" / "999"
    other.mkdir(parents=True)
    with metadata.Metadata(connection) as handle:
        kind = handle.store.put_context_type(metadata_store_pb2.ContextType(name="node"))
        (node,) = handle.store.put_contexts([metadata_store_pb2.Context(type_id=kind, name="cells.Node")])
        own = metadata_store_pb2.Association(execution_id=ids["NEW"], context_id=node)
        handle.store.put_attributions_and_associations([], [own])
    removed = clear_leftovers(place, connection, "Node")
    assert {folder.name for folder in removed} == {str(ids[state]) for state in ("RUNNING", "NEW", "FAILED")}
    assert other.exists()
    with metadata.Metadata(connection) as handle:
        states = {item.id: item.last_known_state for item in handle.store.get_executions()}
    execution = metadata_store_pb2.Execution
    assert (states[ids["NEW"]], states[ids["RUNNING"]]) == (execution.CANCELED, execution.RUNNING)
