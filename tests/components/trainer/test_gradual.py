"""Gradual unfreezing: every epoch is spent, every stage comes once, from the top."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.backbone.cut import unfrozen_stages
from components.trainer.gradual import steps_of
from pipeline.settings.trainer import PhaseConfig
from tests.components.trainer.tiny import TinyBackbone

BACKBONE: Any = TinyBackbone(stages=("stem", *(f"block_{index}" for index in range(9))))


def _phase(epochs: int, unfreeze: str, gradual: bool = True) -> PhaseConfig:
    return PhaseConfig(name="fine", epochs=epochs, unfreeze=unfreeze, gradual=gradual, trunk_rate=1e-5)


def test_other_phases_stay_as_they_are() -> None:
    phase = _phase(4, "block_3", gradual=False)
    assert steps_of(phase, BACKBONE) == [phase]


def test_stages_join_from_the_top() -> None:
    steps = steps_of(_phase(8, "block_6"), BACKBONE)
    assert [(step.name, step.unfreeze, step.epochs) for step in steps] == [
        ("fine.block_8", "block_8", 2),
        ("fine.block_7", "block_7", 3),
        ("fine.block_6", "block_6", 3),
    ]
    assert {(step.gradual, step.trunk_rate) for step in steps} == {(False, 1e-5)}


def test_steps_share_the_least_number_of_batches() -> None:
    steps = steps_of(_phase(8, "block_6").model_copy(update={"min_steps": 100}), BACKBONE)
    assert [step.min_steps for step in steps] == [25, 38, 38]


@given(epochs=st.integers(1, 30), lowest=st.sampled_from([*BACKBONE.stages, "10%", "30%", "100%"]))
def test_epochs_and_stages_are_spent_evenly(epochs: int, lowest: str) -> None:
    stages = unfrozen_stages(BACKBONE, lowest)
    steps = steps_of(_phase(epochs, lowest), BACKBONE)
    assert len(steps) == min(epochs, len(stages))
    assert sum(step.epochs for step in steps) == epochs
    assert max(step.epochs for step in steps) - min(step.epochs for step in steps) <= 1
    depths = [0, *(stages.index(step.unfreeze) + 1 for step in steps)]
    assert depths[-1] == len(stages)
    joined = [deeper - depth for depth, deeper in pairwise(depths)]
    assert min(joined) >= 1
    assert max(joined) - min(joined) <= 1


@pytest.mark.parametrize("epochs", [1, 2])
def test_names_of_steps_are_no_names_of_phases(epochs: int) -> None:
    for step in steps_of(_phase(epochs, "block_6"), BACKBONE):
        with pytest.raises(ValueError, match="name"):
            PhaseConfig(name=step.name, epochs=1)
