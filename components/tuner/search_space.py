"""What a search chooses from: a few values for each setting, the user's own always among them.

Steps rather than ranges: eval is too small to tell a dropout of 0.21 from one of 0.2, and a surrogate that
may choose freely spends its trials on such differences.
"""

from typing import get_args

import keras_tuner

from components.recipe import head_phases
from pipeline.settings.trainer import TrainerConfig
from pipeline.settings.tuner import Searched, TunerConfig

_HEADS = get_args(TrainerConfig.model_fields["head"].annotation)
_NUMBERS: dict[str, tuple[float, ...]] = {
    "dropout": (0.0, 0.1, 0.2, 0.3, 0.5),
    # Decoupled, it is multiplied by rates of some 1e-3: what helps is far above the usual 1e-2.
    "weight_decay": (0.0, 0.01, 0.1, 0.3),
    "label_smoothing": (0.0, 0.05, 0.1, 0.2),
    "mixup": (0.0, 0.1, 0.2, 0.4),
}
_RATE_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
_HIGHEST_RATE = 1.0


def search_space(config: TrainerConfig, tuner: TunerConfig) -> keras_tuner.HyperParameters:
    """All that is searched but `unfreeze`, which is no matter of a head; and the kind of head in any case.

    Args:
        config: its values are the defaults.
        tuner: what is searched.
    """
    space = keras_tuner.HyperParameters()
    if "head" not in tuner.search:
        space.Fixed("head", config.head)
    for name in dict.fromkeys(tuner.search):
        if name != "unfreeze":
            own, values = _choices(name, config)
            space.Choice(name, values, default=own)
    return space


def _choices(name: Searched, config: TrainerConfig) -> tuple[str | float, list[str] | list[float]]:
    """The user's own value, and all there are."""
    if name == "head":
        return config.head, list(_HEADS)
    if name == "head_rate":
        own = head_phases(config.phases)[0].head_rate
        return own, sorted({min(own * factor, _HIGHEST_RATE) for factor in _RATE_FACTORS})
    own = float(getattr(config, name))
    return own, sorted({own, *_NUMBERS[name]})
