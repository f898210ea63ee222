"""The curve and the rates of a policy's phase, where TensorBoard draws them."""

from collections.abc import Sequence
from typing import Self

import tensorflow as tf

from components.trainer.model import LayerGroup
from components.trainer.policy.curve import Point
from components.trainer.policy.rates import policy_schedule
from pipeline.settings.policy import PolicyPhaseConfig


class PolicyLog:
    """Writes scalars over the steps taken, those of earlier phases included; a context manager."""

    def __init__(
        self, folder: str | None, phase: PolicyPhaseConfig, groups: Sequence[LayerGroup], updates: int
    ) -> None:
        """
        Args:
            folder: for TensorBoard's files; `None` writes nothing.
            phase: with its schedule.
            groups: those without a rate have none.
            updates: of the whole phase.
        """
        self._writer = None if folder is None else tf.summary.create_file_writer(folder)
        rates = {group.name: group.rate for group in groups if group.rate is not None}
        self._schedules = {name: policy_schedule(phase, rate, updates) for name, rate in rates.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, point: Point, updates: int) -> None:
        """One point of the curve, and the rates after so many updates."""
        if self._writer is None:
            return
        rates = {f"rate/{name}": float(schedule(updates)) for name, schedule in self._schedules.items()}
        step = int(point["observed"] or 0)
        with self._writer.as_default(step=step):
            for name, value in {**point, **rates}.items():
                if value is not None:
                    tf.summary.scalar(name, value)
