"""`pipeline_runner.py inspect`: what the runs did, what they made, and where it came from."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.inspection import tables, trees
from pipeline.inspection.lineage import Step, lineage_of
from pipeline.inspection.metadata import Artifact, Metadata, open_metadata
from pipeline.inspection.records import find_run, read_runs
from pipeline.inspection.showing import show
from pipeline.metadata.store import has_run
from pipeline.workspace import Workspace


def show_runs(workspace: Path, as_json: bool) -> None:
    """All runs, the latest first.

    Raises:
        InputError: there are none.
    """
    rows = [record.row() for record in read_runs(Workspace(workspace))]
    show(rows, tables.runs_table(rows), as_json)


def show_run(run_id: str, workspace: Path, as_json: bool) -> None:
    """One run: nodes, states, seconds, and the artifacts that each put out.

    Of a run without a summary, which was killed or is at work, those nodes that began.

    Raises:
        InputError: there is no such run.
    """
    place = Workspace(workspace)
    record = find_run(place, run_id)
    begun, made = _begun(open_metadata(place), record.id) if has_run(place) else ([], {})
    nodes = [{**node, "artifacts": made.get(node["id"], [])} for node in record.summary.get("nodes", begun)]
    blessing = record.summary.get("blessing", {})
    found = {**record.row(), "folder": str(record.folder), "blessing": blessing, "nodes": nodes}
    show(found, tables.run_view(found), as_json)


def show_artifacts(workspace: Path, kind: str | None, as_json: bool) -> None:
    """All artifacts, the latest first, or those of one type.

    Raises:
        InputError: nothing has run; there is no such type.
    """
    metadata = open_metadata(Workspace(workspace))
    kinds = sorted({artifact.type for artifact in metadata.artifacts.values()})
    if kind is not None and kind not in kinds:
        raise InputError(f"there is no artifact of type `{kind}`. There are: {', '.join(kinds)}")
    rows = [
        _made(metadata, artifact)
        for _, artifact in sorted(metadata.artifacts.items(), reverse=True)
        if kind in (None, artifact.type)
    ]
    show(rows, tables.artifacts_table(rows, str(workspace.resolve())), as_json)


def show_lineage(artifact: str, workspace: Path, as_json: bool) -> None:
    """An artifact, back to the data and the config, and forward to what came of it.

    Raises:
        InputError: there is no such artifact.
    """
    place = Workspace(workspace)
    metadata = open_metadata(place)
    found = lineage_of(metadata, artifact)
    involved = {
        each for step in (*found.back, *found.forward) for each, _ in (*step.inputs, *step.outputs)
    } | {found.artifact.id}
    answer = {
        "artifact": _made(metadata, found.artifact),
        "back": [asdict(step) for step in found.back],
        "forward": [asdict(step) for step in found.forward],
        "artifacts": {each: _made(metadata, metadata.artifacts[each]) for each in sorted(involved)},
        "data": [_data(metadata, step) for step in found.back if "data" in step.execution.properties],
        "configs": {
            step.execution.run: str(place.runs / step.execution.run / "config.yaml")
            for step in found.back
            if step.execution.run  # a rollback is no run's
        },
    }
    show(answer, trees.lineage_view(answer, str(workspace.resolve())), as_json)


def show_diff(first: str, second: str, workspace: Path, as_json: bool) -> None:
    """Two runs: config, data, metrics, and the pictures on which they disagree.

    Raises:
        InputError: there is no such run.
    """
    from pipeline.inspection.difference import difference_of  # half a second of scipy

    place = Workspace(workspace)
    records = [find_run(place, run_id) for run_id in (first, second)]
    found = difference_of(records[0], records[1], open_metadata(place))
    show(found, tables.difference_view(found), as_json)


def _begun(metadata: Metadata, run_id: str) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """The nodes that began, as a summary has them, and what each put out; of several tries the last."""
    latest = {execution.node: execution for execution in metadata.of_run(run_id)}
    nodes = [
        {
            "id": node,
            "state": execution.state,
            "seconds": None if execution.state == "running" else execution.seconds,
        }
        for node, execution in latest.items()
    ]
    made = {
        node: [
            {"name": name, **_artifact(metadata.artifacts[artifact])}
            for artifact, name in metadata.outputs_of(execution.id)
        ]
        for node, execution in latest.items()
    }
    return nodes, made


def _artifact(artifact: Artifact) -> dict[str, Any]:
    return {"id": artifact.id, "type": artifact.type, "uri": artifact.uri, "is_there": artifact.is_there}


def _made(metadata: Metadata, artifact: Artifact) -> dict[str, Any]:
    """An artifact, with the node and the run that made it."""
    producer = metadata.producer_of(artifact.id)
    return {
        **_artifact(artifact),
        "created": artifact.created,
        "node": producer.node if producer else None,
        "run": producer.run if producer else None,
    }


def _data(metadata: Metadata, step: Step) -> dict[str, Any]:
    """What an ImageExampleGen read, and where it listed what it set aside."""
    told = json.loads(step.execution.properties["data"])
    aside = (metadata.artifacts[each].uri for each, name in step.outputs if name == "quarantine")
    return {
        "data": " ".join(filter(None, (told["source"], told["path"]))),
        "quarantine": next(aside, None),
        "config": told,
    }
