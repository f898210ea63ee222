"""How much better an action turned out than the policy's own value expected.

Generalised advantage estimation: Schulman et al., "High-Dimensional Continuous Control Using Generalized
Advantage Estimation" (2016), equation 16.
"""

import numpy as np


def advantages(
    rewards: np.ndarray,
    values: np.ndarray,
    next_values: np.ndarray,
    terminated: np.ndarray,
    truncated: np.ndarray,
    discount: float,
    smoothing: float,
) -> np.ndarray:
    """The advantage of each action of a rollout.

    An episode that terminated is worth nothing more; one that was truncated would have gone on, and what
    it was still worth is the value of its last observation. Where both are said, it terminated.

    Args:
        rewards: [steps, environments].
        values: of the observations that the actions were taken on, [steps, environments].
        next_values: of the observations that followed, before any reset, [steps, environments]; ignored where
            an episode terminated.
        terminated: bool [steps, environments], the episode ended with this action.
        truncated: bool [steps, environments], it was cut off after it.
        discount: 0..1, what a reward is worth a step later.
        smoothing: 0..1, lambda; 1 sums all rewards that the rollout saw, 0 looks one step ahead.

    Returns:
        float64 [steps, environments]; with `values` added, they are what the values should have been.
    """
    surprises = rewards + discount * np.where(terminated, 0.0, next_values) - values
    goes_on = ~(terminated | truncated)
    result = np.zeros(rewards.shape)
    following = np.zeros(rewards.shape[1:])
    for step in reversed(range(len(rewards))):
        following = surprises[step] + discount * smoothing * goes_on[step] * following
        result[step] = following
    return result
