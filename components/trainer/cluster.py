"""Which machines train together: what `TF_CONFIG` says, as TensorFlow and most orchestrators write it.

    TF_CONFIG='{"cluster": {"worker": ["first:2345", "second:2345"]}, "task": {"type": "worker", "index": 0}}'

The chief, a task of that name or else the first worker, runs Trainer as if it were alone. The others take
part in its training and in nothing else: they write no artifact, no metadata, no checkpoint.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import InputError
from pipeline.settings.trainer import TrainerConfig

VARIABLE = "TF_CONFIG"
WAIT_VARIABLE = "GRAFT_CLUSTER_WAIT"
"""Seconds in which all machines must come together."""
_WAIT = 600

Address = Annotated[str, Field(pattern=r"^[^\s:/]+:[0-9]{1,5}$")]


@dataclass(frozen=True)
class Cluster:
    """The processes that train together, and which of them this one is.

    Attributes:
        addresses: `host:port` of each, the chief's first; none for a process that trains alone.
        rank: the place of this one among them.
        wait_seconds: for all of them to come together.
    """

    addresses: tuple[str, ...] = ()
    rank: int = 0
    wait_seconds: float = _WAIT

    @property
    def is_several(self) -> bool:
        return len(self.addresses) > 1

    @property
    def is_chief(self) -> bool:
        return self.rank == 0


class _Members(BaseModel):
    model_config = ConfigDict(extra="forbid")

    chief: Annotated[tuple[Address, ...], Field(max_length=1)] = ()
    worker: tuple[Address, ...] = ()


class _Task(BaseModel):
    type: Literal["chief", "worker"]
    index: Annotated[int, Field(ge=0)]


class _TFConfig(BaseModel):
    """Other keys, such as `environment`, are older TensorFlows' business."""

    cluster: _Members = _Members()
    task: _Task = _Task(type="worker", index=0)


def cluster_of(environment: Mapping[str, str]) -> Cluster:
    """The cluster that the environment names.

    Raises:
        InputError: what it says makes no cluster of workers.
    """
    text = environment.get(VARIABLE, "").strip()
    if not text:
        return Cluster()
    try:
        found = _TFConfig.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(_wrong(f"{place + ': ' if place else ''}{first['msg']}")) from error
    addresses = (*found.cluster.chief, *found.cluster.worker)
    if len(set(addresses)) < len(addresses):
        raise InputError(_wrong(f"two machines have the same address among {', '.join(addresses)}"))
    own = found.cluster.chief if found.task.type == "chief" else found.cluster.worker
    if addresses and found.task.index >= len(own):
        raise InputError(_wrong(f"there is no {found.task.type} {found.task.index} in the cluster"))
    offset = len(found.cluster.chief) if found.task.type == "worker" else 0
    return Cluster(addresses, offset + found.task.index, _wait_of(environment))


def check_alone(cluster: Cluster) -> None:
    """Asks that a command which runs all nodes in its own process is not one of several.

    Raises:
        InputError: it is.
    """
    if cluster.is_several:
        raise InputError(
            f"{VARIABLE} names {len(cluster.addresses)} machines, and `run` does all nodes on one. Unset it, "
            "or run the nodes one by one and Trainer on all machines, see docs/scaling.md."
        )


def check_shareable(config: TrainerConfig, cluster: Cluster) -> None:
    """Asks whether a recipe can be trained on the machines of a cluster.

    Raises:
        InputError: it cannot.
    """
    if config.batch_norm == "adapts":
        raise InputError(
            "trainer.batch_norm=adapts needs all pictures of a batch in one place, and each machine of "
            f"{VARIABLE} has a share of them. Set it to frozen, or train on one machine."
        )
    for place, phase in enumerate(config.phases):
        if phase.batch_size < len(cluster.addresses):
            raise InputError(
                f"trainer.phases.{place}.batch_size={phase.batch_size} leaves no picture for some of the "
                f"{len(cluster.addresses)} machines of {VARIABLE}. Raise it, or train on fewer."
            )


def _wait_of(environment: Mapping[str, str]) -> float:
    text = environment.get(WAIT_VARIABLE, str(_WAIT))
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise InputError(f"{WAIT_VARIABLE} must be a whole number of seconds. Received: {text!r}")
    return float(text)


def _wrong(what: str) -> str:
    return (
        f"the environment variable {VARIABLE} names no machines that could train together: {what}. Mend or "
        'unset it; it should be like {"cluster": {"worker": ["first:2345", "second:2345"]}, "task": '
        '{"type": "worker", "index": 0}}.'
    )
