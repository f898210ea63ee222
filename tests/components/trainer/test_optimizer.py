"""Rates over a phase, and one optimizer a layer group."""

import keras
import numpy as np
import pytest

from components.trainer.model import LayerGroup
from components.trainer.optimizer import build_optimizer, schedule
from pipeline.config import PhaseConfig, TrainerConfig

RATES = {"head": 1e-2, "top": 4e-3, "block_15": 1e-3, "block_14": None}


def _groups() -> list[LayerGroup]:
    groups = []
    for name, rate in RATES.items():
        kernel = keras.Variable(np.ones((2, 2)), dtype="float32", name=f"{name}_kernel")
        groups.append(LayerGroup(name, (kernel,), (kernel,) if rate else (), rate))
    return groups


def _phase(warmup_share: float = 0.0) -> PhaseConfig:
    return PhaseConfig(name="any", epochs=1, warmup_share=warmup_share)


def _config(optimizer: str, weight_decay: float = 0.0) -> TrainerConfig:
    return TrainerConfig.model_validate({"optimizer": optimizer, "weight_decay": weight_decay})


def _trainable(groups: list[LayerGroup]) -> list[keras.Variable]:
    return [variable for group in groups for variable in group.trainable]


def test_schedule_rises_then_falls() -> None:
    rate = schedule(1e-3, steps=100, warmup_share=0.1)
    values = [float(rate(step)) for step in range(101)]
    assert values[0] == 0
    assert values[5] == pytest.approx(5e-4)
    assert values[10] == pytest.approx(1e-3) == max(values)
    assert values[55] == pytest.approx(5e-4)
    assert values[100] == pytest.approx(0, abs=1e-9)
    assert values[:11] == sorted(values[:11])
    assert values[10:] == sorted(values[10:], reverse=True)


@pytest.mark.parametrize(("steps", "share"), [(100, 0.0), (5, 0.1), (1, 0.5)])
def test_schedule_without_a_step_of_warmup_starts_at_the_peak(steps: int, share: float) -> None:
    rate = schedule(1e-3, steps, share)
    assert float(rate(0)) == pytest.approx(1e-3)
    assert float(rate(steps)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("kind", ["adam", "adamw", "rmsprop"])
def test_one_step_moves_each_group_by_its_rate(kind: str) -> None:
    groups = _groups()
    variables = _trainable(groups)
    optimizer = build_optimizer(groups, _config(kind), _phase(), steps=100)
    optimizer.build(variables)
    optimizer.apply([np.ones((2, 2), np.float32) for _ in variables], variables)
    moves = [float(1 - np.array(variable)[0, 0]) for variable in variables]
    rates = [rate for rate in RATES.values() if rate]
    np.testing.assert_allclose(np.array(moves) / moves[0], np.array(rates) / rates[0], rtol=1e-3)
    assert moves[0] == pytest.approx(1e-2 * (10**0.5 if kind == "rmsprop" else 1), rel=1e-3)


def test_steps_follow_the_schedule_in_every_group() -> None:
    groups = _groups()
    variables = _trainable(groups)
    optimizer = build_optimizer(groups, _config("adam"), _phase(0.25), steps=8)
    optimizer.build(variables)
    rate = schedule(1.0, steps=8, warmup_share=0.25)
    for step in range(8):
        before = [np.array(variable)[0, 0] for variable in variables]
        optimizer.apply([np.ones((2, 2), np.float32) for _ in variables], variables)
        moved = [start - np.array(variable)[0, 0] for start, variable in zip(before, variables, strict=True)]
        # Under a constant gradient, Adam's step is its rate.
        expected = [group.rate * float(rate(step)) for group in groups if group.rate]
        np.testing.assert_allclose(moved, expected, atol=1e-6)


def test_weight_decay_reaches_every_group() -> None:
    groups = _groups()
    variables = _trainable(groups)
    optimizer = build_optimizer(groups, _config("adamw", 0.5), _phase(), steps=100)
    optimizer.build(variables)
    optimizer.apply([np.zeros((2, 2), np.float32) for _ in variables], variables)
    moves = [float(1 - np.array(variable)[0, 0]) for variable in variables]
    np.testing.assert_allclose(moves, [0.5 * rate for rate in RATES.values() if rate], rtol=1e-3)


def test_frozen_group_gets_no_optimizer() -> None:
    groups = _groups()
    optimizer = build_optimizer(groups, _config("adam"), _phase(), steps=100)
    optimizer.build(_trainable(groups))
    assert len(optimizer.optimizers) == 3
    names = " ".join(variable.path for variable in optimizer.variables)
    assert "block_15_kernel" in names and "block_14_kernel" not in names


def test_frozen_group_is_refused_by_the_optimizer() -> None:
    groups = _groups()
    optimizer = build_optimizer(groups, _config("adam"), _phase(), steps=100)
    with pytest.raises(KeyError):
        optimizer.build([*_trainable(groups), *groups[-1].variables])
