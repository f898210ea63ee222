"""How rates, and momentum, go over a phase.

Warm-up and cosine: Loshchilov and Hutter, "SGDR" (2017). One cycle: Smith, "A disciplined approach to
neural network hyper-parameters" (2018), with fastai's shape: a quarter up, three quarters down.
"""

from typing import TypeAlias

import keras

from pipeline.settings.trainer import PhaseConfig

Schedule: TypeAlias = keras.optimizers.schedules.LearningRateSchedule

_RISE = 0.25
_HIGH_MOMENTUM, _LOW_MOMENTUM = 0.95, 0.85


def rate_schedule(phase: PhaseConfig, peak: float, steps: int) -> Schedule:
    """The rates of a group that learns at `peak`, over all `steps` of the phase.

    `cosine` rises from 0 and ends at 0, `constant` rises and stays, `one_cycle` rises from a 25th of
    the peak and ends at nearly nothing.
    """
    start, rise, end = {
        "cosine": (0.0, phase.warmup_share, 0.0),
        "constant": (0.0, phase.warmup_share, 1.0),
        "one_cycle": (1 / 25, _RISE, 1e-5),
    }[phase.schedule]
    return _up_and_down(peak * start, peak, peak * end, int(steps * rise), steps)


def momentum_schedule(steps: int) -> Schedule:
    """One cycle's momentum: low where the rate is high."""
    return _up_and_down(_HIGH_MOMENTUM, _LOW_MOMENTUM, _HIGH_MOMENTUM, int(steps * _RISE), steps)


def sweep_schedule(peak: float, lowest: float, highest: float, steps: int) -> Schedule:
    """From `lowest * peak` to `highest * peak` in `steps`, by the same factor at each."""
    return keras.optimizers.schedules.ExponentialDecay(peak * lowest, max(steps - 1, 1), highest / lowest)


def _up_and_down(start: float, turn: float, end: float, rise: int, steps: int) -> Schedule:
    """A line from `start` to `turn` in `rise` steps, then half a cosine to `end` at `steps`."""
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=start if rise else turn,
        decay_steps=max(steps - rise, 1),
        alpha=end / turn,
        warmup_target=turn if rise else None,
        warmup_steps=rise,
    )
