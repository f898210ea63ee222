"""What led to an artifact, and what came of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.inspection.metadata import Artifact, Execution, Link, Metadata


@dataclass(frozen=True)
class Step:
    """An execution between two artifacts of a lineage.

    Attributes:
        execution: what ran.
        inputs, outputs: ids of artifacts with their names.
    """

    execution: Execution
    inputs: tuple[Link, ...]
    outputs: tuple[Link, ...]


@dataclass(frozen=True)
class Lineage:
    """An artifact with all that led to it and all that came of it.

    Attributes:
        artifact: the one in question.
        back: the executions that led to it, nearest first; each once.
        forward: those that used it, or what came of it, nearest first.
    """

    artifact: Artifact
    back: tuple[Step, ...]
    forward: tuple[Step, ...]


def lineage_of(metadata: Metadata, name: str) -> Lineage:
    """Follows an artifact both ways.

    Args:
        metadata: of the workspace.
        name: an artifact's id, or a pushed version, such as `1700000000`.

    Raises:
        InputError: there is no such artifact.
    """
    artifact = _find(metadata, name)
    producer = metadata.producer_of(artifact.id)
    back = _walk(
        [producer] if producer else [],
        lambda execution: filter(
            None, (metadata.producer_of(each) for each, _ in metadata.inputs_of(execution.id))
        ),
    )
    forward = _walk(
        metadata.users_of(artifact.id),
        lambda execution: (
            user for each, _ in metadata.outputs_of(execution.id) for user in metadata.users_of(each)
        ),
    )
    return Lineage(artifact, _steps(metadata, back), _steps(metadata, forward))


def _find(metadata: Metadata, name: str) -> Artifact:
    if name.isdecimal() and int(name) in metadata.artifacts:
        return metadata.artifacts[int(name)]
    version = name.rstrip("/").rpartition("/")[2]
    pushed = [
        artifact
        for artifact in metadata.artifacts.values()
        if artifact.properties.get("pushed_version") == version
    ]
    if not pushed:
        raise InputError(
            f"there is no artifact and no pushed version `{name}`. `inspect artifacts` lists the first, "
            "`inspect runs` the others."
        )
    return min(pushed, key=lambda artifact: artifact.id)


def _walk(start: list[Execution], neighbours: Callable[[Execution], Iterator[Execution]]) -> list[Execution]:
    """Breadth first, each execution once."""
    found: dict[int, Execution] = {}
    ahead = list(start)
    while ahead:
        execution = ahead.pop(0)
        if execution.id not in found:
            found[execution.id] = execution
            ahead.extend(neighbours(execution))
    return list(found.values())


def _steps(metadata: Metadata, executions: list[Execution]) -> tuple[Step, ...]:
    return tuple(
        Step(each, tuple(metadata.inputs_of(each.id)), tuple(metadata.outputs_of(each.id)))
        for each in executions
    )
