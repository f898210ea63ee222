"""Where Augment has to cut for phases and trials alike."""

from typing import Any, cast

import pytest

from components.backbone.cut import PIXELS
from components.tuner.cut import cut_of
from pipeline.errors import InputError
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from pipeline.settings.tuner import TunerConfig
from tests.components.trainer.tiny import TinyBackbone

BACKBONE = cast(Any, TinyBackbone())
HEADS = PhaseConfig(name="head", epochs=2)
TOP = PhaseConfig(name="fine_tune", epochs=2, unfreeze="top")


@pytest.mark.parametrize(
    ("phases", "tuner", "cut"),
    [
        ((HEADS, TOP), TunerConfig(), "block_1"),
        ((HEADS, TOP), TunerConfig(unfreeze=("100%",)), "block_1"),
        ((HEADS, TOP), TunerConfig(trials=5, unfreeze=("head",)), "block_1"),
        ((HEADS, TOP), TunerConfig(trials=5, unfreeze=("block_0", "top")), "stem"),
        ((HEADS, TOP), TunerConfig(trials=5, unfreeze=("100%",)), PIXELS),
        ((HEADS, TOP), TunerConfig(trials=5, unfreeze=("100%",), search=("head",)), "block_1"),
        ((HEADS,), TunerConfig(trials=5, unfreeze=("50%",)), "block_0"),
        ((HEADS,), TunerConfig(), "top"),
        ((TOP,), TunerConfig(), "block_1"),
    ],
)
def test_cut(phases: tuple[PhaseConfig, ...], tuner: TunerConfig, cut: str) -> None:
    assert cut_of(BACKBONE, TrainerConfig(phases=phases), tuner) == cut


def test_unknown_depth() -> None:
    with pytest.raises(InputError, match="`tuner.unfreeze` must be .* Received: 'block_7'"):
        cut_of(BACKBONE, TrainerConfig(phases=(HEADS,)), TunerConfig(trials=5, unfreeze=("block_7",)))


@pytest.mark.parametrize("phases", [(TOP,), (PhaseConfig(name="head", epochs=0), TOP)])
def test_search_needs_a_phase_of_the_head(phases: tuple[PhaseConfig, ...]) -> None:
    with pytest.raises(InputError, match="no phase of `trainer.phases` trains the head alone"):
        cut_of(BACKBONE, TrainerConfig(phases=phases), TunerConfig(trials=5))
