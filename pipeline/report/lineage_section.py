"""Where a run's model came from, in the order of the flow, and what came of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.inspection.lineage import Step, lineage_of
from pipeline.inspection.metadata import Artifact, Link, Metadata
from pipeline.report.material import Material

_MOST_STEPS = 40


def lineage_section(material: Material) -> dict[str, Any]:
    """The pushed model's lineage, or the evaluation's where nothing was pushed; empty without metadata.

    Returns:
        `root` (an artifact); `back`, the steps that led to it, first things first; `forward`, those that
        used it; `more`, how many of the earliest are left out.
    """
    root = _root(material)
    if material.metadata is None or root is None:
        return {}
    found = lineage_of(material.metadata, str(root.id))
    return {
        "root": _artifact(material, (root.id, "")),
        "back": _rows(material, found.back[:_MOST_STEPS]),
        "forward": _rows(material, found.forward[:_MOST_STEPS]),
        "more": max(0, len(found.back) - _MOST_STEPS),
    }


def _root(material: Material) -> Artifact | None:
    pushed = material.made.get("Pusher.pushed_model")  # which is there, and empty, where nothing was pushed
    is_pushed = pushed is not None and "pushed_version" in pushed.properties
    return pushed if is_pushed else material.made.get("Evaluator.evaluation")


def _rows(material: Material, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """In the order of time, which is that of the flow."""
    return [
        {
            "node": step.execution.node,
            "run": step.execution.run,
            "used": _artifacts(material, step.inputs),
            "made": _artifacts(material, step.outputs),
        }
        for step in sorted(steps, key=lambda step: step.execution.id)
    ]


def _artifacts(material: Material, links: Iterable[Link]) -> list[dict[str, Any]]:
    return [_artifact(material, link) for link in links]


def _artifact(material: Material, link: Link) -> dict[str, Any]:
    """Id, type and place; places are told from the workspace."""
    number, name = link
    found = _metadata(material).artifacts[number]
    place = found.uri.removeprefix(f"{material.workspace.root}/")
    return {"id": number, "name": name, "type": found.type, "place": place, "is_there": found.is_there}


def _metadata(material: Material) -> Metadata:
    if material.metadata is None:
        raise RuntimeError("there is no lineage without metadata")
    return material.metadata
