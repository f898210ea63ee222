"""Environments that are stepped together, and reset by whoever steps them: an episode a seed."""

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv


def check_resets(envs: VectorEnv) -> None:
    """Raises ValueError unless `envs` leave it to the caller to reset them."""
    mode = envs.metadata.get("autoreset_mode")
    if mode != AutoresetMode.DISABLED:
        raise ValueError(f"environments must not reset themselves. Received autoreset_mode: {mode}")


def begin_episodes(envs: VectorEnv, seeds: list[int], due: np.ndarray) -> Any:
    """Resets the environments that are `due`, bool [environments], with their seeds; all observations."""
    # Gymnasium takes a seed for each environment, whatever its types say.
    return envs.reset(seed=seeds, options={"reset_mask": due})[0]  # type: ignore[arg-type]


def first_action(envs: VectorEnv) -> int:
    """The number that the environments give to the first of their actions."""
    return int(getattr(envs.single_action_space, "start", 0))
