"""Rates of a policy's phase: from their peak down, each group its own."""

import keras
import numpy as np
import pytest

from components.trainer.model import LayerGroup
from components.trainer.policy.rates import optimizer_of, policy_schedule
from pipeline.settings.policy import PolicyPhaseConfig

PHASE = PolicyPhaseConfig(name="head", steps=10)


def test_cosine_falls_from_its_peak_and_constant_stays() -> None:
    cosine = policy_schedule(PHASE, 1e-3, 100)
    assert [float(cosine(step)) for step in (0, 50, 100)] == pytest.approx([1e-3, 5e-4, 0], abs=1e-9)
    constant = policy_schedule(PHASE.model_copy(update={"schedule": "constant"}), 1e-3, 100)
    assert [float(constant(step)) for step in (0, 50, 100)] == pytest.approx([1e-3] * 3)
    assert float(policy_schedule(PHASE, 1e-3, 0)(0)) == pytest.approx(1e-3)


def test_each_group_has_its_rate_and_the_frozen_none() -> None:
    groups = []
    for name, rate in (("head", 1e-2), ("top", 1e-3), ("stem", None)):
        kernel = keras.Variable(np.ones(2), dtype="float32", name=f"{name}_kernel")
        groups.append(LayerGroup(name, (kernel,), (kernel,) if rate else (), rate))
    variables = [variable for group in groups for variable in group.trainable]
    optimizer = optimizer_of(PHASE, groups)(4)
    optimizer.build(variables)
    optimizer.apply([np.ones(2, np.float32) for _ in variables], variables)
    # Adam's first step is as long as the rate.
    moved = [float(1 - np.array(group.variables[0])[0]) for group in groups]
    assert moved == pytest.approx([1e-2, 1e-3, 0], rel=1e-3)
