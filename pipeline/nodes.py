"""The nodes by name, in the order of the flow: known before TFX is loaded, so that a typo costs a moment."""

from collections.abc import Sequence

from pipeline.config import Config
from pipeline.errors import InputError

NODES = (
    "ImageExampleGen",
    "StatisticsGen",
    "LatestStatistics",
    "SchemaGen",
    "ExampleValidator",
    "Transform",
    "Augment",
    "Tuner",
    "Trainer",
    "LatestBlessedModel",
    "Evaluator",
    "Pusher",
)
"""All there can be, in the order in which they run: of nodes that could run next, TFX takes the first by
name."""


def nodes_of(config: Config) -> tuple[str, ...]:
    """Those of a run, in their order."""
    return tuple(node for node in NODES if node != "Tuner" or config.tuner.trials)


def check_range(start: str | None, stop: str | None, nodes: Sequence[str] = NODES) -> None:
    """Asks whether a run can go from one node to another.

    Args:
        start: `--from`; `None` for the first one.
        stop: `--to`; `None` for the last one.
        nodes: in the order of the flow.

    Raises:
        InputError: there is no such node, or not in this run, or `stop` comes before `start`.
    """
    for name in (start, stop):
        if name == "Tuner" and name not in nodes:
            raise InputError("Tuner takes no part in this run: tuner.trials is 0. Try --set tuner.trials=20.")
        if name is not None and name not in nodes:
            raise InputError(f"no node `{name}`. The nodes are: {', '.join(nodes)}.")
    if start is not None and stop is not None and nodes.index(stop) < nodes.index(start):
        raise InputError(f"--to {stop} comes before --from {start}. The order is: {', '.join(nodes)}.")
