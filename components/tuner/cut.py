"""Where Augment has to cut the trunk, so that trials as well as phases find what they train from."""

from components.backbone import Backbone
from components.backbone.cut import cut_for, unfrozen_stages
from components.recipe import head_phases
from pipeline.errors import InputError
from pipeline.settings.trainer import TrainerConfig
from pipeline.settings.tuner import TunerConfig


def cut_of(backbone: Backbone, config: TrainerConfig, tuner: TunerConfig) -> str:
    """The cut that serves all phases and all trials.

    Raises:
        InputError: a phase or a trial names a stage that the backbone does not have, or there is no phase
            whose head the trials could train.
    """
    if tuner.trials and not head_phases(config.phases):
        raise InputError(
            "`tuner.trials` asks for a search, but no phase of `trainer.phases` trains the head alone. "
            "Add one with `unfreeze: head`, or set tuner.trials to 0."
        )
    for depth in tuner.depths():
        unfrozen_stages(backbone, depth, "tuner.unfreeze")
    return cut_for(backbone, (*(phase.unfreeze for phase in config.phases), *tuner.depths()))
