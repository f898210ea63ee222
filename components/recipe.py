"""From what Tuner found to what Trainer does: a `trainer` section with some of its values changed."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from components.backbone.cut import HEAD
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

Phases = tuple[PhaseConfig, ...]
Values = Mapping[str, Any]
"""By name, as in `tuner.search`."""


def apply(config: TrainerConfig, values: Values) -> TrainerConfig:
    """The recipe of a trial.

    Args:
        config: as the user wrote it.
        values: `head_rate` is that of the first phase which trains the head alone. `unfreeze` replaces the
            depth of the phases that fine-tune; where there is none, it adds that of the defaults. A
            `weight_decay` above 0 brings the optimizer that takes one, `adamw`. The others have their names
            in `trainer`.

    Raises:
        ValidationError: a name or a value is not legal.
    """
    changes = {name: value for name, value in values.items() if name not in ("head_rate", "unfreeze")}
    if changes.get("weight_decay"):
        changes["optimizer"] = "adamw"
    phases = config.phases
    if "head_rate" in values:
        phases = _at_rate(phases, values["head_rate"])
    if "unfreeze" in values:
        phases = _to_depth(phases, values["unfreeze"])
    changes["phases"] = [phase.model_dump() for phase in phases]
    return TrainerConfig.model_validate({**config.model_dump(), **changes})


def head_phases(phases: Sequence[PhaseConfig]) -> Phases:
    """Those that train the head alone, without those that are skipped."""
    return tuple(phase for phase in phases if phase.epochs and phase.unfreeze == HEAD)


def deep_phases(phases: Sequence[PhaseConfig]) -> Phases:
    """Those that fine-tune the trunk, without those that are skipped."""
    return tuple(phase for phase in phases if phase.epochs and phase.unfreeze != HEAD)


def _at_rate(phases: Phases, rate: float) -> Phases:
    """A rate that was searched is not looked for once more."""
    first = head_phases(phases)[0]
    change = {"head_rate": rate, "find_rate": False}
    return tuple(phase.model_copy(update=change) if phase is first else phase for phase in phases)


def _to_depth(phases: Phases, unfreeze: str) -> Phases:
    heads = head_phases(phases)
    deep = deep_phases(phases) or (_default_phase({phase.name for phase in heads}),)
    return heads + tuple(phase.model_copy(update={"unfreeze": unfreeze}) for phase in deep)


def _default_phase(taken: set[str]) -> PhaseConfig:
    """The fine-tuning that a config has if it says nothing, under a name that no other phase has."""
    phase = TrainerConfig().phases[-1]
    names = (phase.name + "_" * count for count in itertools.count())
    return phase.model_copy(update={"name": next(name for name in names if name not in taken)})
