"""What a killed run leaves: half-written artifacts, and executions that nobody will finish.

A run holds the workspace's lock, and a node with a process of its own that of the node, so whatever is not
finished when it starts never will be. Other workspaces may keep their metadata in the same database.
"""

import shutil
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.metadata.claims import own_executions
from pipeline.metadata.store import place_of
from pipeline.runners.patient_metadata import PatientMetadata
from pipeline.workspace import Workspace

_SYSTEM = ".system"


def clear_leftovers(workspace: Workspace, connection: Any, node: str | None = None) -> list[Path]:
    """Removes output folders of executions that did not end well, and says in ML Metadata that they ended.

    Args:
        workspace: with artifacts in `<Node>/<output>/<execution id>/`, TFX's own layout.
        connection: ML Metadata's.
        node: whose leftovers; `None`: those of all.

    Returns:
        The folders that were removed.

    Raises:
        InputError: ML Metadata knows none of the outputs, as one that was emptied or put back would not.
    """
    with PatientMetadata(connection) as handle:
        store = handle.store
        executions = store.get_executions()
        _check_known(workspace, {str(item.id) for item in executions})
        own = own_executions(store, workspace)
        if node:
            own &= {each.id for at in _nodes(node, store) for each in store.get_executions_by_context(at)}
        unfinished = (item for item in executions if item.last_known_state in (item.NEW, item.RUNNING))
        stale = [item for item in unfinished if item.id in own]
        for execution in stale:
            execution.last_known_state = execution.CANCELED
        if stale:
            store.put_executions(stale)
        finished = {
            str(item.id) for item in executions if item.last_known_state in (item.COMPLETE, item.CACHED)
        }
    removed = [folder for folder in _outputs(workspace, node or "*") if folder.name not in finished]
    for folder in removed:
        shutil.rmtree(folder, ignore_errors=True)
    for folder in workspace.artifacts.glob(f"{node or '*'}/{_SYSTEM}"):
        shutil.rmtree(folder, ignore_errors=True)  # hand-overs between driver and executor, long done
    return removed


def _outputs(workspace: Workspace, node: str = "*") -> list[Path]:
    """Folders that executions filled, named by their ids."""
    folders = workspace.artifacts.glob(f"{node}/*/*")
    return [folder for folder in folders if folder.parent.name != _SYSTEM and folder.name.isdecimal()]


def _check_known(workspace: Workspace, ids: set[str]) -> None:
    outputs = _outputs(workspace)
    if outputs and not any(folder.name in ids for folder in outputs):
        raise InputError(
            f"`{workspace.artifacts}` holds what earlier runs made, of which ML Metadata in "
            f"`{place_of(workspace)}` knows nothing: was it emptied, or replaced? Nothing is removed. Put it "
            "back, delete the artifacts, or choose another workspace with --workspace DIR."
        )


def _nodes(node: str, store: Any) -> list[int]:
    """ML Metadata's contexts of a node, one for each pipeline; they are called `<pipeline>.<node>`."""
    contexts = store.get_contexts_by_type("node")
    return [context.id for context in contexts if context.name.endswith(f".{node}")]
