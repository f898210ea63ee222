"""The rates of every layer group, an epoch each, where TensorBoard draws them."""

from collections.abc import Sequence

import keras
import numpy as np

from components.trainer.model import LayerGroup
from components.trainer.schedules import rate_schedule
from pipeline.settings.trainer import PhaseConfig


class RateLog(keras.callbacks.Callback):
    """Adds `rate/<group>` to an epoch's logs; stands before whoever writes them down.

    Keras' own callback asks the one optimizer that there usually is.
    """

    def __init__(self, phase: PhaseConfig, groups: Sequence[LayerGroup], steps: int) -> None:
        """
        Args:
            phase: with its schedule.
            groups: those without a rate have none.
            steps: of the whole phase.
        """
        super().__init__()
        rates = {group.name: group.rate for group in groups if group.rate is not None}
        self._schedules = {name: rate_schedule(phase, rate, steps) for name, rate in rates.items()}

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        step = int(np.array(self.model.optimizer.iterations))
        if logs is not None:
            logs |= {f"rate/{name}": float(schedule(step)) for name, schedule in self._schedules.items()}
