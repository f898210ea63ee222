"""What `fit` works on: the part of the model that a phase trains, with steps of our own.

After a step the average of the weights follows. And of several processes that train together each makes the
gradients of its share of a batch, and the step with those of all of them: what one process would have made
of the whole batch.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from components.trainer.averaging import Averager
from components.trainer.team import current_team


class TrainedModel(keras.Model):
    """A model of parts that train, whose `averager` follows each step.

    The average moves inside of the step, since one call may make many of them.
    """

    averager: Averager | None = None

    @classmethod
    def of(cls, part: keras.Model) -> "TrainedModel":
        """The same layers from the same inputs to the same outputs."""
        return cls(part.inputs, part.outputs)

    def train_step(self, data: Any) -> Any:
        """Keras' hook: what it makes of a batch, and the average after it."""
        is_shared = current_team().count > 1
        logs = self._shared_step(*data) if is_shared else super().train_step(data)
        if self.averager:
            self.averager.follow()
        return logs

    def get_metrics_result(self) -> dict[str, Any]:
        """Keras' hook: over what all processes saw, where it is asked outside of a step."""
        if current_team().count == 1 or tf.inside_function():
            return dict(super().get_metrics_result())
        own = [np.array(variable) for variable in self.metrics_variables]
        _assign(self.metrics_variables, current_team().sum([tf.constant(each) for each in own]))
        results = dict(super().get_metrics_result())
        _assign(self.metrics_variables, own)
        return results

    def spread_seeds(self) -> None:
        """Lets every process draw dropout of its own; the chief draws as it would alone."""
        team = current_team()
        states = [variable for variable in self.variables if variable.name == "seed_generator_state"]
        team.align(states)
        for state in states:
            state.assign(np.array(state) + np.array([team.rank, 0], state.dtype))

    def _shared_step(self, inputs: Any, labels: Any, weights: Any) -> Any:
        """As Keras' own, but for the sum: the mean over a batch is that over its shares, by their sizes."""
        pictures = ops.cast(ops.shape(inputs)[0], "float32")
        with tf.GradientTape() as tape:
            logits = self(inputs, training=True)
            loss = self.compute_loss(inputs, labels, logits, weights, training=True)
            scaled = self.optimizer.scale_loss(loss)
        gradients = [pictures * each for each in tape.gradient(scaled, self.trainable_weights)]
        *gradients, total = current_team().sum([*gradients, pictures])
        mean = [each / total for each in gradients]
        self.optimizer.apply_gradients(zip(mean, self.trainable_weights, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=pictures)
        return self.compute_metrics(inputs, labels, logits, weights)


def _assign(variables: list[keras.Variable], values: Any) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
