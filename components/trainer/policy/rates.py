"""The rates of a phase in which a policy learns."""

from collections.abc import Callable, Sequence

import keras

from components.trainer.model import LayerGroup
from components.trainer.optimizer import build_optimizer
from components.trainer.schedules import Schedule
from pipeline.settings.policy import PolicyPhaseConfig
from pipeline.settings.trainer import TrainerConfig

OptimizerOf = Callable[[int], keras.optimizers.Optimizer]
"""From the number of updates that a phase makes to what makes them."""


def policy_schedule(phase: PolicyPhaseConfig, peak: float, updates: int) -> Schedule:
    """The rates of a group that begins at `peak`, over all updates of the phase.

    There is no warm-up: the first rollouts move a policy that knows nothing.
    """
    end = {"cosine": 0.0, "constant": 1.0}[phase.schedule]
    return keras.optimizers.schedules.CosineDecay(peak, max(updates, 1), alpha=end)


def optimizer_of(phase: PolicyPhaseConfig, groups: Sequence[LayerGroup]) -> OptimizerOf:
    """Adam, with the rates of the groups."""
    adam = TrainerConfig(optimizer="adam")

    def build(updates: int) -> keras.optimizers.Optimizer:
        return build_optimizer(groups, adam, lambda peak: policy_schedule(phase, peak, updates))

    return build
