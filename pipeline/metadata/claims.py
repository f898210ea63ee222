"""Whose is what, in a database that several workspaces share.

ML Metadata tells pipelines and runs by their names alone: those of two workspaces that are called the
same would be one, with a cache and a baseline in common, of artifacts that lie in two places. So a
workspace writes itself on the context of each of its pipelines and runs, and the database, which takes
no name twice, sees to it that there is one owner however many begin at once.
"""

from typing import Any

from ml_metadata import errors
from ml_metadata.metadata_store.metadata_store import ListOptions, MetadataStore
from ml_metadata.proto import metadata_store_pb2

from pipeline.workspace import Workspace

proto: Any = metadata_store_pb2  # its classes are made when it is imported
PIPELINE, RUN = "pipeline", "pipeline_run"
"""What TFX calls the contexts of pipelines and runs."""
_OWNER = "workspace"


def claim(store: MetadataStore, kind: str, name: str, workspace: Workspace) -> str | None:
    """Makes a name the workspace's own.

    Args:
        store: a database.
        kind: `PIPELINE` or `RUN`.
        name: of the pipeline or the run.
        workspace: that wants it; its root is an absolute path.

    Returns:
        `None`: it is the workspace's, now or before. Else whose it is, as far as that is known.
    """
    context = proto.Context(name=name)
    context.type_id = store.put_context_type(proto.ContextType(name=kind), can_omit_fields=True)
    context.custom_properties[_OWNER].string_value = str(workspace.root)
    found: Any = store.get_context_by_type_and_name(kind, name)
    if found is None:
        try:
            store.put_contexts([context])
            return None
        except errors.AlreadyExistsError:  # another was quicker
            found = store.get_context_by_type_and_name(kind, name)
    owner = _owner(found)
    if owner:
        return None if owner == str(workspace.root) else owner
    # It came from a sqlite, in which all is one workspace's.
    if not _is_here(store, found, workspace):
        return "another workspace"
    found.custom_properties[_OWNER].string_value = str(workspace.root)
    store.put_contexts([found])
    return None


def own_runs(store: MetadataStore, workspace: Workspace) -> list[int]:
    """The ids of the contexts of the workspace's runs."""
    root = str(workspace.root.resolve())
    contexts = store.get_contexts_by_type(RUN)
    return [
        each.id
        for each in contexts
        if (_owner(each) == root if _owner(each) else (workspace.runs / each.name).is_dir())
    ]


def own_executions(store: MetadataStore, workspace: Workspace) -> set[int]:
    """The ids of all that the workspace's runs executed."""
    runs = own_runs(store, workspace)
    return {execution.id for run in runs for execution in store.get_executions_by_context(run)}


def _owner(context: Any) -> str:
    """Empty where nobody wrote it; a map of protobuf's has whatever it is asked for."""
    told = context.custom_properties
    return str(told[_OWNER].string_value) if _OWNER in told else ""


def _is_here(store: MetadataStore, context: Any, workspace: Workspace) -> bool:
    """Whether a context of which nobody wrote whose it is can be the workspace's."""
    if (workspace.runs / context.name).is_dir():
        return True
    found = store.get_artifacts_by_context(context.id, ListOptions(limit=1))
    return bool(found) and found[0].uri.startswith(f"{workspace.artifacts}/")
