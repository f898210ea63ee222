"""What a policy and its value are trained on: functions of tensors, each a mean over a batch.

Schulman et al., "Proximal Policy Optimization Algorithms" (2017): the clipped objective is equation 7, the
sum of all three terms equation 9. REINFORCE with a learnt baseline: Williams, "Simple Statistical
Gradient-Following Algorithms for Connectionist Reinforcement Learning" (1992); Sutton and Barto,
"Reinforcement Learning" (2018), section 13.4.
"""

import tensorflow as tf


def log_probabilities(logits: tf.Tensor, actions: tf.Tensor) -> tf.Tensor:
    """Of the actions that were taken.

    Args:
        logits: [batch, actions].
        actions: int [batch].

    Returns:
        [batch], at most 0.
    """
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(actions, logits)


def clipped_objective(new: tf.Tensor, old: tf.Tensor, advantages: tf.Tensor, clip: float) -> tf.Tensor:
    """PPO's: it gains nothing by moving an action's probability further than `clip`, as a ratio.

    Args:
        new: log probabilities of the actions, [batch].
        old: the same when they were taken.
        advantages: [batch].
        clip: above 0, below 1.
    """
    ratio = tf.exp(new - old)
    clipped = tf.clip_by_value(ratio, 1 - clip, 1 + clip)
    return tf.reduce_mean(tf.minimum(ratio * advantages, clipped * advantages))


def reinforce_objective(new: tf.Tensor, advantages: tf.Tensor) -> tf.Tensor:
    """REINFORCE's: its gradient is that of the expected return, where the policy itself took the actions.

    Args:
        new: log probabilities of the actions, [batch].
        advantages: returns less the baseline, [batch].
    """
    return tf.reduce_mean(new * advantages)


def value_error(values: tf.Tensor, returns: tf.Tensor) -> tf.Tensor:
    """Mean squared error, both [batch]."""
    return tf.reduce_mean(tf.square(values - returns))


def entropy(logits: tf.Tensor) -> tf.Tensor:
    """Mean entropy of the policy, in nats, from logits [batch, actions]."""
    logs = tf.nn.log_softmax(logits)
    return -tf.reduce_mean(tf.reduce_sum(tf.exp(logs) * logs, axis=-1))


def whole_loss(
    objective: tf.Tensor, error: tf.Tensor, exploration: tf.Tensor, value_weight: float, entropy_weight: float
) -> tf.Tensor:
    """What is minimised.

    Args:
        objective: of the policy.
        error: of the value.
        exploration: the policy's entropy.
        value_weight: of the error.
        entropy_weight: of the entropy.
    """
    return -objective + value_weight * error - entropy_weight * exploration


def normalised(advantages: tf.Tensor) -> tf.Tensor:
    """A batch of advantages with mean 0 and deviation 1: rewards ten times as large teach no faster."""
    mean, variance = tf.nn.moments(advantages, axes=[0])
    return (advantages - mean) / (tf.sqrt(variance) + 1e-8)


def divergence(new: tf.Tensor, old: tf.Tensor) -> tf.Tensor:
    """How far the policy moved from the one that acted: an estimate of KL(old, new) that is never below 0.

    Schulman, "Approximating KL Divergence" (2020), k3. Both are log probabilities of its actions, [batch].
    """
    return tf.reduce_mean(tf.exp(new - old) - 1 - (new - old))
