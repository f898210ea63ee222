"""What a killed run leaves: half-written artifacts, and executions that nobody will finish.

A run holds the workspace's lock, so whatever is not finished when it starts never will be.
"""

import shutil
from pathlib import Path
from typing import Any

from tfx.orchestration import metadata

_SYSTEM = ".system"


def clear_leftovers(artifacts: Path, connection: Any) -> list[Path]:
    """Removes output folders of executions that did not end well, and says in ML Metadata that they ended.

    Args:
        artifacts: `<Node>/<output>/<execution id>/`, TFX's own layout.
        connection: ML Metadata's.

    Returns:
        The folders that were removed.
    """
    with metadata.Metadata(connection) as handle:
        store = handle.store
        executions = store.get_executions()
        stale = [item for item in executions if item.last_known_state in (item.NEW, item.RUNNING)]
        for execution in stale:
            execution.last_known_state = execution.CANCELED
        if stale:
            store.put_executions(stale)
        finished = {
            str(item.id) for item in executions if item.last_known_state in (item.COMPLETE, item.CACHED)
        }
    removed = []
    for folder in artifacts.glob("*/*/*"):
        node_output = folder.parent
        if node_output.name == _SYSTEM or not folder.name.isdecimal() or folder.name in finished:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        removed.append(folder)
    for folder in artifacts.glob(f"*/{_SYSTEM}"):
        shutil.rmtree(folder, ignore_errors=True)  # hand-overs between driver and executor, long done
    return removed
