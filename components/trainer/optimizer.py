"""One optimizer per layer group, so that old layers take smaller steps than new ones.

Rates that fall with depth: Howard and Ruder, "Universal Language Model Fine-tuning for Text
Classification" (2018), section 3.2. Warm-up and cosine: Loshchilov and Hutter, "SGDR" (2017).
"""

from collections.abc import Sequence

import keras

from components.trainer.model import LayerGroup
from pipeline.config import PhaseConfig, TrainerConfig


def build_optimizer(
    groups: Sequence[LayerGroup], config: TrainerConfig, phase: PhaseConfig, steps: int
) -> keras.optimizers.Optimizer:
    """An optimizer that routes each variable to its group's own.

    Args:
        groups: those without a rate get none.
        config: kind of optimizer, weight decay.
        phase: the share of warm-up.
        steps: of the whole phase; the rates are back at 0 after them.
    """
    by_path: dict[str, keras.optimizers.Optimizer] = {}
    for group in groups:
        if group.rate is not None:
            optimizer = _one(config, schedule(group.rate, steps, phase.warmup_share))
            by_path.update({variable.path: optimizer for variable in group.trainable})
    return keras.optimizers.MultiOptimizer(lambda variable: by_path[variable.path])


def schedule(peak: float, steps: int, warmup_share: float) -> keras.optimizers.schedules.LearningRateSchedule:
    """A linear rise to `peak`, then a cosine to 0 at `steps`."""
    warmup = int(steps * warmup_share)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else peak,
        decay_steps=max(steps - warmup, 1),
        warmup_target=peak if warmup else None,
        warmup_steps=warmup,
    )


def _one(
    config: TrainerConfig, rate: keras.optimizers.schedules.LearningRateSchedule
) -> keras.optimizers.Optimizer:
    if config.optimizer == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)
    if config.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate)
    return keras.optimizers.Adam(rate)
