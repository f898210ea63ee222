"""Half-written artifacts of a killed run go; finished ones, checkpoints and the ledger stay."""

from pathlib import Path
from typing import Any

import pytest
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration import metadata

from pipeline.runners.leftovers import clear_leftovers

pytestmark = pytest.mark.slow
STATES = ("COMPLETE", "CACHED", "RUNNING", "NEW", "FAILED")


def workspace(root: Path) -> tuple[Path, Any, dict[str, int]]:
    """An execution in each state, each with a folder of output."""
    connection = metadata.sqlite_metadata_connection_config(str(root / "metadata.sqlite"))
    ids = {}
    with metadata.Metadata(connection) as handle:
        type_id = handle.store.put_execution_type(metadata_store_pb2.ExecutionType(name="Node"))
        for state in STATES:
            execution = metadata_store_pb2.Execution(
                type_id=type_id, last_known_state=metadata_store_pb2.Execution.State.Value(state)
            )
            (ids[state],) = handle.store.put_executions([execution])
            (root / "artifacts" / "Node" / "out" / str(ids[state])).mkdir(parents=True)
    for kept in ("Trainer/checkpoints/0a1b", "ImageExampleGen/ledger"):
        (root / "artifacts" / kept).mkdir(parents=True)
    (root / "artifacts" / "Node" / ".system" / "executor_execution" / "1").mkdir(parents=True)
    return root / "artifacts", connection, ids


def test_only_unfinished_output_is_removed(tmp_path: Path) -> None:
    artifacts, connection, ids = workspace(tmp_path)
    removed = clear_leftovers(artifacts, connection)
    unfinished = {str(ids[state]) for state in ("RUNNING", "NEW", "FAILED")}
    assert {folder.name for folder in removed} == unfinished
    left = {folder.name for folder in (artifacts / "Node" / "out").iterdir()}
    assert left == {str(ids["COMPLETE"]), str(ids["CACHED"])}
    assert (artifacts / "Trainer" / "checkpoints" / "0a1b").exists()
    assert (artifacts / "ImageExampleGen" / "ledger").exists()
    assert not (artifacts / "Node" / ".system").exists()


def test_nothing_is_running_afterwards(tmp_path: Path) -> None:
    artifacts, connection, ids = workspace(tmp_path)
    clear_leftovers(artifacts, connection)
    with metadata.Metadata(connection) as handle:
        states = {item.id: item.last_known_state for item in handle.store.get_executions()}
    execution = metadata_store_pb2.Execution
    assert states[ids["RUNNING"]] == states[ids["NEW"]] == execution.CANCELED
    assert states[ids["COMPLETE"]] == execution.COMPLETE


def test_fresh_workspace_has_no_leftovers(tmp_path: Path) -> None:
    connection = metadata.sqlite_metadata_connection_config(str(tmp_path / "metadata.sqlite"))
    assert clear_leftovers(tmp_path / "artifacts", connection) == []
