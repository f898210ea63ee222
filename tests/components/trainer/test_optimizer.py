"""One optimizer a layer group, and momentum that follows the steps."""

import keras
import numpy as np
import pytest

from components.trainer.model import LayerGroup
from components.trainer.optimizer import build_optimizer
from components.trainer.schedules import Schedule, momentum_schedule
from pipeline.settings.trainer import TrainerConfig

RATES = {"head": 1e-2, "top": 4e-3, "block_15": 1e-3, "block_14": None}


def _groups() -> list[LayerGroup]:
    groups = []
    for name, rate in RATES.items():
        kernel = keras.Variable(np.ones((2, 2)), dtype="float32", name=f"{name}_kernel")
        groups.append(LayerGroup(name, (kernel,), (kernel,) if rate else (), rate))
    return groups


def _flat(rate: float) -> Schedule:
    return keras.optimizers.schedules.CosineDecay(rate, decay_steps=100, alpha=1.0)


def _falling(rate: float) -> Schedule:
    return keras.optimizers.schedules.CosineDecay(rate, decay_steps=8)


def _config(optimizer: str, weight_decay: float = 0.0) -> TrainerConfig:
    return TrainerConfig.model_validate({"optimizer": optimizer, "weight_decay": weight_decay})


def _trainable(groups: list[LayerGroup]) -> list[keras.Variable]:
    return [variable for group in groups for variable in group.trainable]


@pytest.mark.parametrize("kind", ["adam", "adamw", "rmsprop", "sgd"])
def test_one_step_moves_each_group_by_its_rate(kind: str) -> None:
    groups = _groups()
    variables = _trainable(groups)
    optimizer = build_optimizer(groups, _config(kind), _flat)
    optimizer.build(variables)
    optimizer.apply([np.ones((2, 2), np.float32) for _ in variables], variables)
    moves = [float(1 - np.array(variable)[0, 0]) for variable in variables]
    rates = [rate for rate in RATES.values() if rate]
    np.testing.assert_allclose(np.array(moves) / moves[0], np.array(rates) / rates[0], rtol=1e-3)
    assert moves[0] == pytest.approx(1e-2 * (10**0.5 if kind == "rmsprop" else 1), rel=1e-3)


def test_steps_follow_the_schedule_in_every_group() -> None:
    groups = _groups()
    variables = _trainable(groups)
    optimizer = build_optimizer(groups, _config("adam"), _falling)
    optimizer.build(variables)
    rate = _falling(1.0)
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
    optimizer = build_optimizer(groups, _config("adamw", 0.5), _flat)
    optimizer.build(variables)
    optimizer.apply([np.zeros((2, 2), np.float32) for _ in variables], variables)
    moves = [float(1 - np.array(variable)[0, 0]) for variable in variables]
    np.testing.assert_allclose(moves, [0.5 * rate for rate in RATES.values() if rate], rtol=1e-3)


def _moves(kind: str, gradients: list[float], momentum: Schedule | None) -> list[float]:
    """What each step of a graph adds to the head's weight, under these gradients."""
    import tensorflow as tf

    groups = _groups()
    variables = _trainable(groups)
    optimizer = build_optimizer(groups, _config(kind), _flat, momentum)
    optimizer.build(variables)

    @tf.function
    def step(gradient: tf.Tensor) -> None:
        optimizer.apply([tf.fill((2, 2), gradient) for _ in variables], variables)

    values = [1.0]
    for gradient in gradients:
        step(tf.constant(gradient))
        values.append(float(np.array(variables[0])[0, 0]))
    return np.diff(values).tolist()


GRADIENTS = [1.0, -0.5, 2.0, 0.3, -1.0, 0.7]


def test_momentum_of_sgd_follows_the_steps() -> None:
    momentum, velocity, expected = momentum_schedule(6), 0.0, []
    for step, gradient in enumerate(GRADIENTS):
        velocity = float(momentum(step)) * velocity - RATES["head"] * gradient
        expected.append(velocity)
    np.testing.assert_allclose(_moves("sgd", GRADIENTS, momentum), expected, atol=1e-6)
    assert not np.allclose(_moves("sgd", GRADIENTS, None), expected, atol=1e-4)


@pytest.mark.parametrize("kind", ["adam", "adamw"])
def test_momentum_of_adam_follows_the_steps(kind: str) -> None:
    momentum, mean, square, expected = momentum_schedule(6), 0.0, 0.0, []
    for step, gradient in enumerate(GRADIENTS):
        beta = float(momentum(step))
        mean += (gradient - mean) * (1 - beta)
        square += (gradient**2 - square) * 0.001
        corrected = (1 - 0.999 ** (step + 1)) ** 0.5 / (1 - beta ** (step + 1))
        expected.append(-RATES["head"] * corrected * mean / (square**0.5 + 1e-7))
    np.testing.assert_allclose(_moves(kind, GRADIENTS, momentum), expected, atol=1e-5)
    assert not np.allclose(_moves(kind, GRADIENTS, None), expected, atol=1e-4)


def test_rmsprop_has_no_momentum_to_follow() -> None:
    moves = _moves("rmsprop", GRADIENTS, momentum_schedule(6))
    assert moves == _moves("rmsprop", GRADIENTS, None)


def test_frozen_group_gets_no_optimizer() -> None:
    groups = _groups()
    optimizer = build_optimizer(groups, _config("adam"), _flat)
    optimizer.build(_trainable(groups))
    assert len(optimizer.optimizers) == 3
    names = " ".join(variable.path for variable in optimizer.variables)
    assert "block_15_kernel" in names and "block_14_kernel" not in names


def test_frozen_group_is_refused_by_the_optimizer() -> None:
    groups = _groups()
    optimizer = build_optimizer(groups, _config("adam"), _flat)
    with pytest.raises(KeyError):
        optimizer.build([*_trainable(groups), *groups[-1].variables])
