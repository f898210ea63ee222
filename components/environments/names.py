"""What environments of ours, and what the actions of any, are called."""

from collections.abc import Sequence

from components.environments.window import MOVES
from pipeline.settings.environment import ASK, DECISION, GLIMPSE

OWN = (DECISION, GLIMPSE)
"""Those that act on the labelled pictures."""


def action_names(name: str, classes: Sequence[str], count: int) -> list[str]:
    """A name for each action, in the order of the actions.

    Args:
        name: of the environment, `environment.id`.
        classes: of the labelled pictures; of no matter to an environment that is not ours.
        count: actions of the environment, which for ours follows from the classes.
    """
    names = {DECISION: [*classes, ASK], GLIMPSE: [*MOVES, *classes]}
    return names.get(name, [str(number) for number in range(count)])
