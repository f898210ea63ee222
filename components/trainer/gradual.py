"""Gradual unfreezing: a phase as a row of smaller ones, from the top of the trunk down.

Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification" (2018), section 3.3.
"""

import math
from typing import Any

from components.backbone import Backbone
from components.backbone.cut import unfrozen_stages
from pipeline.settings.trainer import PhaseConfig


def steps_of(phase: PhaseConfig, backbone: Backbone) -> list[PhaseConfig]:
    """What a phase does one after the other: itself alone, unless it is `gradual`.

    Each step unfreezes one stage more, for an equal share of the epochs; the deeper ones take what does
    not divide. With fewer epochs than stages, steps of one epoch unfreeze several stages at once.
    Each has its own schedule, checkpoint and result, named `<phase>.<lowest stage>`.
    """
    if not phase.gradual:
        return [phase]
    stages = unfrozen_stages(backbone, phase.unfreeze)
    count = min(phase.epochs, len(stages))
    steps = []
    for step in range(1, count + 1):
        lowest = stages[step * len(stages) // count - 1]
        epochs = phase.epochs * step // count - phase.epochs * (step - 1) // count
        change: dict[str, Any] = {
            "name": f"{phase.name}.{lowest}",
            "unfreeze": lowest,
            "epochs": epochs,
            "min_steps": math.ceil(phase.min_steps * epochs / phase.epochs),
            "gradual": False,
        }
        steps.append(phase.model_copy(update=change))
    return steps
