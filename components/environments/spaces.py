"""Which environments a policy can act in: those that show pictures, and take one of some actions."""

import gymnasium
import numpy as np

from components.environments.names import OWN
from pipeline.errors import InputError


def check_spaces(env: gymnasium.Env, name: str) -> None:
    """Looks at what an environment says that it takes and shows.

    Args:
        env: freshly made.
        name: of it, `environment.id`.

    Raises:
        InputError: it is silent; or its actions are not some numbered ones; or what is observed is no picture
            of 8 bits, grey or RGB. Those of ours may observe something else.
    """
    try:
        actions, observations = env.action_space, env.observation_space
    except Exception as error:
        raise InputError(
            f"environment `{name}` lacks `action_space` or `observation_space` ({error}). "
            "Set both where it is made."
        ) from error
    if not isinstance(actions, gymnasium.spaces.Discrete) or actions.n < 2:
        raise InputError(
            f"environment `{name}` takes actions of {actions}; a policy chooses between two or more that are "
            "numbered, Discrete(n). Set environment.arguments so that it takes those (CarRacing-v3: "
            "`continuous: false`), or wrap it."
        )
    if name not in OWN and not _shows_pictures(observations):
        raise InputError(
            f"environment `{name}` observes {_short(observations)}, which is no picture, Box uint8 "
            "[height, width, 3], [height, width, 1] or [height, width]. Wrap it, for instance in "
            "Gymnasium's AddRenderObservation, or choose another environment.id."
        )


def _shows_pictures(space: object) -> bool:
    if not isinstance(space, gymnasium.spaces.Box) or space.dtype != np.uint8 or 0 in space.shape:
        return False
    return len(space.shape) == 2 or (len(space.shape) == 3 and space.shape[2] in (1, 3))


def _short(space: object) -> str:
    """A Box with its bounds would fill the screen."""
    if isinstance(space, gymnasium.spaces.Box):
        return f"Box {space.dtype} {list(space.shape)}"
    return str(space)[:200]
