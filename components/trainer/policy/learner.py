"""A policy network that acts, and learns from what came of it."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from components.trainer.policy.advantages import advantages
from components.trainer.policy.algorithm import Algorithm, entropy_weight
from components.trainer.policy.losses import (
    clipped_objective,
    divergence,
    entropy,
    log_probabilities,
    normalised,
    reinforce_objective,
    value_error,
    whole_loss,
)
from components.trainer.policy.rollout import Inputs, Rollout
from pipeline.settings.policy import PolicyConfig

FIGURES = ("policy_loss", "value_loss", "entropy", "kl", "clip_share", "gradient")
"""What `Learner.update` tells, see there."""


def updates_of(config: PolicyConfig, algorithm: Algorithm, environments: int) -> int:
    """How many updates of the weights follow a rollout."""
    batches = -(-config.rollout * environments // config.batch_size)
    return batches * (config.passes if algorithm == "ppo" else 1)


class Learner:
    """Acts by a network's policy, and trains it on rollouts.

    The network always runs as it is served, without dropout and with BatchNorm's running statistics: PPO
    compares the policy that learns with the one that acted, and they must differ in nothing but weights.
    """

    def __init__(
        self,
        network: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        config: PolicyConfig,
        algorithm: Algorithm,
        seed: Sequence[int],
        scale: float = 1.0,
        follow: Callable[[], None] | None = None,
    ) -> None:
        """
        Args:
            network: its inputs -> [logits [batch, actions], value [batch, 1]]; trains in place.
            optimizer: is built here for what is trainable in `network`.
            config: of the learner.
            algorithm: see `algorithm_of`.
            seed: numbers of at least 0; draws the actions and the order of learning.
            scale: what rewards are divided by, so that they scatter by about 1; values are in that unit.
            follow: is called, in a graph, after each update of the weights; `None` for nothing.
        """
        self._network, self._optimizer, self._config = network, optimizer, config
        self._entropy_weight, self._scale = entropy_weight(config, algorithm), scale
        self._is_ppo, self._seed = algorithm == "ppo", tuple(seed)
        self._follow = follow
        self._trainable = list(network.trainable_variables)
        optimizer.build(self._trainable)
        self.begin_rollout(0)
        # One trace each, whatever the size of the batch.
        inputs = [tf.TensorSpec((None, *each.shape[1:]), each.dtype) for each in network.inputs]
        numbers, places = (tf.TensorSpec((None,), dtype) for dtype in ("float32", "int64"))
        self._forward = tf.function(self._judge, input_signature=[inputs])
        self._learn = tf.function(
            self._learn_from,
            input_signature=[inputs, places, numbers, numbers, numbers, tf.TensorSpec((None, None), "int64")],
        )

    def begin_rollout(self, number: int) -> None:
        """Draws from here on what belongs to the rollout of this number, whatever was drawn before."""
        self._draws = np.random.default_rng((*self._seed, number))

    def act(self, inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draws actions by their probabilities.

        Args:
            inputs: of the network, each [batch, ...].

        Returns:
            Actions int64 [batch], their log probabilities float32 [batch], values float32 [batch].
        """
        logs, values = (each.numpy() for each in self._forward(self._tensors(inputs)))
        # The largest of the log probabilities with Gumbel's noise is drawn by those probabilities.
        actions = np.argmax(logs + self._draws.gumbel(size=logs.shape), axis=-1)
        return actions, np.take_along_axis(logs, actions[:, None], axis=-1)[:, 0], values

    def value(self, inputs: Inputs) -> np.ndarray:
        """Values float32 [batch]."""
        return self._forward(self._tensors(inputs))[1].numpy()

    def greedy(self, inputs: Inputs) -> np.ndarray:
        """The likeliest actions, int64 [batch]."""
        return np.argmax(self._forward(self._tensors(inputs))[0].numpy(), axis=-1)

    def update(self, rollout: Rollout) -> dict[str, float]:
        """Learns from a rollout: all of it in each pass, in batches as equal as they can be.

        Returns:
            Means over the updates: `policy_loss` and `value_loss`, `entropy` of the policy in nats, `kl` to
            the policy that acted, `clip_share` of actions whose probability moved further than `clip`, and
            the norm of the `gradient` before it is scaled down.
        """
        config = self._config
        gained = advantages(
            *(
                rollout.rewards / self._scale,
                rollout.values,
                rollout.next_values,
                rollout.terminated,
                rollout.truncated,
            ),
            config.discount,
            # REINFORCE learns from what was earned, not from what the value thinks is still to come.
            config.smoothing if self._is_ppo else 1.0,
        )
        size = rollout.actions.size
        batches = -(-size // config.batch_size)
        data = (
            self._tensors([each.reshape(size, *each.shape[2:]) for each in rollout.inputs]),
            *(rollout.actions.reshape(size), rollout.log_probabilities.reshape(size)),
            *(each.astype(np.float32).reshape(size) for each in (gained, gained + rollout.values)),
        )
        totals = np.zeros(len(FIGURES))
        passes = config.passes if self._is_ppo else 1
        for _ in range(passes):
            order = self._draws.permutation(size)
            # Batches of the two sizes that there can be, the larger ones first.
            larger = size % batches
            edge = larger * (size // batches + 1)
            for places, count in ((order[:edge], larger), (order[edge:], batches - larger)):
                if count:
                    totals += self._learn(*data, places.reshape(count, -1)).numpy()
        return dict(zip(FIGURES, (totals / (passes * batches)).tolist(), strict=True))

    def _tensors(self, inputs: Inputs) -> list[tf.Tensor]:
        """In the network's own dtypes; pictures may be kept as bytes."""
        expected = self._network.inputs
        return [tf.cast(each, like.dtype) for each, like in zip(inputs, expected, strict=True)]

    def _judge(self, inputs: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        logits, values = self._run(inputs)
        return tf.nn.log_softmax(logits), values

    def _run(self, inputs: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Logits float32 [batch, actions] and values float32 [batch]."""
        outputs = self._network(inputs if len(inputs) > 1 else inputs[0], training=False)
        logits, values = (tf.cast(each, tf.float32) for each in outputs)
        return logits, values[:, 0]

    def _learn_from(
        self,
        inputs: list[tf.Tensor],
        actions: tf.Tensor,
        old: tf.Tensor,
        gained: tf.Tensor,
        returns: tf.Tensor,
        batches: tf.Tensor,
    ) -> tf.Tensor:
        """An update for each row of `batches`, places int64 [updates, size]; the sums of their figures."""
        totals = tf.zeros(len(FIGURES))
        for places in batches:
            chosen = (tf.gather(each, places) for each in (actions, old, gained, returns))
            totals += self._update([tf.gather(each, places) for each in inputs], *chosen)
        return totals

    def _update(
        self,
        inputs: list[tf.Tensor],
        actions: tf.Tensor,
        old: tf.Tensor,
        gained: tf.Tensor,
        returns: tf.Tensor,
    ) -> tf.Tensor:
        """One step of the optimizer; its `FIGURES`, float32."""
        config = self._config
        with tf.GradientTape() as tape:
            logits, values = self._run(inputs)
            new = log_probabilities(logits, actions)
            if self._is_ppo:
                objective = clipped_objective(new, old, normalised(gained), config.clip)
            else:
                objective = reinforce_objective(new, gained)
            error, exploration = value_error(values, returns), entropy(logits)
            loss = whole_loss(objective, error, exploration, config.value_weight, self._entropy_weight)
        gradients = tape.gradient(loss, [variable.value for variable in self._trainable])
        gradients, norm = tf.clip_by_global_norm(gradients, config.largest_gradient)
        self._optimizer.apply(gradients, self._trainable)
        if self._follow is not None:
            self._follow()
        moved = tf.abs(tf.exp(new - old) - 1) > config.clip
        clip_share = tf.reduce_mean(tf.cast(moved, tf.float32))
        return tf.stack([-objective, error, exploration, divergence(new, old), clip_share, norm])
