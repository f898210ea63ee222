"""What environments of ours, and what the actions of any, are called."""

from collections.abc import Sequence

from components.environments.window import MOVES
from pipeline.environment_config import ASK, EnvironmentConfig

DECISION = "graft/Decision-v0"
GLIMPSE = "graft/Glimpse-v0"
OWN = (DECISION, GLIMPSE)
"""Those that act on the labelled pictures."""


def action_names(config: EnvironmentConfig, classes: Sequence[str], count: int = 0) -> list[str]:
    """A name for each action, in the order of the actions.

    Args:
        config: which environment it is.
        classes: of the labelled pictures; of no matter to an environment that is not ours.
        count: actions of the environment; of no matter to ours, where it follows from the classes.
    """
    names = {DECISION: [*classes, ASK], GLIMPSE: [*MOVES, *classes]}
    return names.get(config.id, [str(number) for number in range(count)])
