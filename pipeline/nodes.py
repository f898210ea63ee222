"""The nodes by name, in the order of the flow: known before TFX is loaded, so that a typo costs a moment."""

from collections.abc import Sequence

from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.settings.environment import DECISION, EnvironmentConfig, is_of_pictures

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
    "Ensemble",
    "LatestBlessedModel",
    "Evaluator",
    "Pusher",
    "LabelCheck",
)
"""All there can be, in the order in which they run: of nodes that could run next, TFX takes the first by
name."""


_PER_TRUNK = ("Augment", "Trainer")
_ABSENT = {
    "Tuner": "tuner.trials is 0. Try --set tuner.trials=20.",
    "Ensemble": "ensemble.backbones is empty. Try --set ensemble.backbones=[efficientnet_lite2].",
    "LabelCheck": "label_check.folds is 0. Try --set label_check.folds=5.",
}
_NEVER = f"where task is reinforcement, none of {', '.join(_ABSENT)} does."


def nodes_of(config: Config) -> tuple[str, ...]:
    """Those of a run, in their order."""
    if config.task == "reinforcement":
        return _of_policy(config.environment)
    takes_part = {
        "Tuner": config.tuner.trials > 0,
        "Ensemble": bool(config.ensemble.backbones),
        "LabelCheck": config.label_check.folds > 0,
    }
    others = sorted(config.ensemble.backbones)
    return tuple(
        node_of(node, trunk)
        for node in NODES
        if takes_part.get(node, True)
        for trunk in ("", *(others if node in _PER_TRUNK else ()))
    )


def _of_policy(environment: EnvironmentConfig) -> tuple[str, ...]:
    """Those that read pictures, where it acts on such; Augment, where it sees them whole."""
    acts = ("Trainer", "LatestBlessedModel", "Evaluator", "Pusher")
    reads = NODES[: NODES.index("Augment")] if is_of_pictures(environment) else ()
    augments = ("Augment",) if environment.id == DECISION else ()
    return (*reads, *augments, *acts)


def node_of(node: str, trunk: str = "") -> str:
    """The name of a node that there is once for each trunk; the first trunk's bears the node's own."""
    return f"{node}.{trunk}" if trunk else node


def check_range(
    start: str | None, stop: str | None, nodes: Sequence[str], *, is_policy: bool = False
) -> None:
    """Asks whether a run can go from one node to another.

    Args:
        start: `--from`; `None` for the first one.
        stop: `--to`; `None` for the last one.
        nodes: of the run, in the order of the flow.
        is_policy: whether task is reinforcement.

    Raises:
        InputError: there is no such node, or not in this run, or `stop` comes before `start`.
    """
    for name in (start, stop):
        if name in _ABSENT and name not in nodes:
            why = _NEVER if is_policy else _ABSENT[name]
            raise InputError(f"{name} takes no part in this run: {why}")
        if name is not None and name not in nodes:
            raise InputError(f"no node `{name}`. The nodes are: {', '.join(nodes)}.")
    if start is not None and stop is not None and nodes.index(stop) < nodes.index(start):
        raise InputError(f"--to {stop} comes before --from {start}. The order is: {', '.join(nodes)}.")
