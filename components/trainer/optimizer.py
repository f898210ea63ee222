"""One optimizer per layer group, so that old layers take smaller steps than new ones.

Rates that fall with depth: Howard and Ruder, "Universal Language Model Fine-tuning for Text
Classification" (2018), section 3.2.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from components.trainer.model import LayerGroup
from components.trainer.schedules import Schedule
from pipeline.settings.trainer import TrainerConfig

_MOMENTUM = 0.9
"""Of `sgd` under schedules that leave it alone."""


def build_optimizer(
    groups: Sequence[LayerGroup],
    config: TrainerConfig,
    schedule: Callable[[float], Schedule],
    momentum: Schedule | None = None,
) -> keras.optimizers.Optimizer:
    """An optimizer that routes each variable to its group's own.

    Args:
        groups: those without a rate get none.
        config: kind of optimizer, weight decay.
        schedule: from a group's rate to its rates over the steps.
        momentum: over the steps, for all groups; `None` leaves each optimizer its own. `rmsprop` has none.
    """
    by_path: dict[str, keras.optimizers.Optimizer] = {}
    for group in groups:
        if group.rate is not None:
            optimizer = _one(config, schedule(group.rate), momentum)
            by_path.update({variable.path: optimizer for variable in group.trainable})
    return keras.optimizers.MultiOptimizer(lambda variable: by_path[variable.path])


def _one(config: TrainerConfig, rate: Schedule, momentum: Schedule | None) -> keras.optimizers.Optimizer:
    if config.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate)
    if config.optimizer == "sgd":
        return _CycledSGD(rate, momentum) if momentum else keras.optimizers.SGD(rate, momentum=_MOMENTUM)
    decay = config.weight_decay or None
    return _CycledAdam(rate, momentum, decay) if momentum else keras.optimizers.Adam(rate, weight_decay=decay)


class _CycledAdam(keras.optimizers.Adam):
    """Adam whose `beta_1`, a number in Keras, follows the steps."""

    def __init__(self, rate: Schedule, momentum: Schedule, weight_decay: float | None) -> None:
        super().__init__(rate, weight_decay=weight_decay, name="adam")
        self._momentum = momentum

    @property
    def beta_1(self) -> Any:
        """Of the step to come."""
        return self._momentum(self.iterations)

    @beta_1.setter
    def beta_1(self, _: float) -> None:
        """Keras' constructor sets what the schedule knows."""


class _CycledSGD(keras.optimizers.SGD):
    """SGD whose momentum, a number in Keras, follows the steps."""

    def __init__(self, rate: Schedule, momentum: Schedule) -> None:
        super().__init__(rate, momentum=_MOMENTUM, name="sgd")
        self._momentum = momentum

    def update_step(self, gradient: Any, variable: keras.Variable, learning_rate: Any) -> None:
        """Keras' own asks in Python whether the momentum is 0, which a graph cannot answer."""
        velocity = self.momentums[self._get_variable_index(variable)]
        momentum, rate = (
            ops.cast(value, variable.dtype) for value in (self._momentum(self.iterations), learning_rate)
        )
        self.assign(velocity, momentum * velocity - rate * ops.cast(gradient, variable.dtype))
        self.assign_add(variable, velocity)
