"""What a killed run leaves: half-written artifacts, and executions that nobody will finish.

A run holds the workspace's lock, so whatever is not finished when it starts never will be. Other workspaces
may keep their metadata in the same database.
"""

import shutil
from pathlib import Path
from typing import Any

from tfx.orchestration import metadata

from pipeline.workspace import Workspace

_SYSTEM = ".system"


def clear_leftovers(workspace: Workspace, connection: Any) -> list[Path]:
    """Removes output folders of executions that did not end well, and says in ML Metadata that they ended.

    Args:
        workspace: with artifacts in `<Node>/<output>/<execution id>/`, TFX's own layout.
        connection: ML Metadata's.

    Returns:
        The folders that were removed.
    """
    with metadata.Metadata(connection) as handle:
        store = handle.store
        executions = store.get_executions()
        own = {each.id for run in _runs(workspace, store) for each in store.get_executions_by_context(run)}
        unfinished = (item for item in executions if item.last_known_state in (item.NEW, item.RUNNING))
        stale = [item for item in unfinished if item.id in own]
        for execution in stale:
            execution.last_known_state = execution.CANCELED
        if stale:
            store.put_executions(stale)
        finished = {
            str(item.id) for item in executions if item.last_known_state in (item.COMPLETE, item.CACHED)
        }
    removed = []
    for folder in workspace.artifacts.glob("*/*/*"):
        node_output = folder.parent
        if node_output.name == _SYSTEM or not folder.name.isdecimal() or folder.name in finished:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        removed.append(folder)
    for folder in workspace.artifacts.glob(f"*/{_SYSTEM}"):
        shutil.rmtree(folder, ignore_errors=True)  # hand-overs between driver and executor, long done
    return removed


def _runs(workspace: Workspace, store: Any) -> list[int]:
    """ML Metadata's contexts of the workspace's runs."""
    contexts = store.get_contexts_by_type("pipeline_run")
    return [context.id for context in contexts if (workspace.runs / context.name).is_dir()]
