"""Averages of the weights: what they are, who sees them, and that training never does."""

from typing import Any

import keras
import numpy as np
import pytest

from components.trainer.averaging import Averager
from components.trainer.trained_model import TrainedModel


def _model() -> keras.Model:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5), keras.layers.BatchNormalization()])


def _averager(kind: Any, epochs: int = 8) -> tuple[Averager, keras.Model]:
    model = _model()
    averager = Averager(kind, model, epochs)
    averager.set_model(model)
    return averager, model


def _set(model: keras.Model, value: float) -> None:
    for weight in model.weights:
        weight.assign(np.full(2, value))


def _judged(averager: Averager, model: keras.Model) -> list[float]:
    """What eval sees of the weights, gamma, beta, mean and variance; checks that it agrees with `judged`."""
    averager.on_test_begin()
    seen = [np.array(variable) for variable in model.variables]
    averager.on_test_end()
    for one, other in zip(seen, averager.judged(), strict=True):
        np.testing.assert_array_equal(one, other)
    return [float(value[0]) for value in seen if value.dtype == np.float32]


def _epoch(averager: Averager, model: keras.Model, epoch: int, values: list[float]) -> list[float]:
    """Plays an epoch whose steps leave the weights at `values`; returns what eval sees."""
    averager.on_epoch_begin(epoch)
    for value in values:
        _set(model, value)
        averager.follow()
    return _judged(averager, model)


def test_none_changes_nothing() -> None:
    averager, model = _averager("none")
    assert _epoch(averager, model, 0, [1.0, 5.0]) == [5.0] * 4
    assert averager.variables == []


def test_ema_forgets_its_start_first_and_then_little() -> None:
    averager, model = _averager("ema")
    expected = np.array([1.0, 0.0, 0.0, 1.0])  # what a BatchNorm begins with
    for count, value in enumerate(np.random.default_rng(1).normal(size=1000), start=1):
        momentum = min(0.99, (1 + count) / (10 + count))
        expected = momentum * expected + (1 - momentum) * value
        _set(model, value)
        averager.follow()
        if count in (1, 2, 10, 1000):
            np.testing.assert_allclose(_judged(averager, model), expected, atol=1e-5)


@pytest.mark.parametrize(("epochs", "first"), [(8, 6), (4, 3), (3, 2), (1, 0)])
def test_swa_is_the_mean_of_the_last_quarters_ends(epochs: int, first: int) -> None:
    averager, model = _averager("swa", epochs)
    for epoch in range(epochs):
        seen = _epoch(averager, model, epoch, [100.0, float(epoch)])
        expected = epoch if epoch < first else np.mean(np.arange(first, epoch + 1))
        np.testing.assert_allclose(seen, expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["none", "ema", "swa"])
def test_training_goes_on_from_the_latest_bit_for_bit(kind: str) -> None:
    averager, model = _averager(kind, epochs=1)
    generator = np.random.default_rng(1)
    for _ in range(5):
        latest = [generator.normal(size=2).astype(np.float32) * 1e3 for _ in model.weights]
        model.set_weights(latest)
        averager.follow()
        _judged(averager, model)
        for value, weight in zip(latest, model.get_weights(), strict=True):
            np.testing.assert_array_equal(value, weight)


@pytest.mark.parametrize("kind", ["ema", "swa"])
def test_what_does_not_move_has_itself_as_average(kind: str) -> None:
    averager, model = _averager(kind, epochs=1)
    odd = [np.array([0.1, 1 / 3], np.float32) * 10.0**place for place in range(len(model.weights))]
    model.set_weights(odd)
    averager = Averager(kind, model, 1)  # type: ignore[arg-type]
    for _ in range(20):
        averager.follow()
    averager.on_test_begin()
    for value, weight in zip(odd, model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, weight)


@pytest.mark.parametrize("kind", ["ema", "swa"])
def test_seeds_are_never_averaged(kind: str) -> None:
    averager, model = _averager(kind, epochs=1)
    _epoch(averager, model, 0, [1.0])
    assert {variable.dtype for variable in averager.variables} == {"int64", "float32"}
    (seed,) = [value for value in averager.judged() if value.dtype != np.float32]
    np.testing.assert_array_equal(seed, np.array(model.layers[0].seed_generator.state))


@pytest.mark.parametrize("kind", ["ema", "swa"])
def test_state_is_all_there_is_to_go_on_from(kind: str) -> None:
    straight, model = _averager(kind, epochs=4)
    for epoch in range(3):
        _epoch(straight, model, epoch, [1.0, 2.0 + epoch])
    resumed, twin = _averager(kind, epochs=4)
    for variable, saved in zip(resumed.variables, straight.variables, strict=True):
        variable.assign(np.array(saved))
    twin.set_weights(model.get_weights())
    assert _epoch(resumed, twin, 3, [9.0, 7.0]) == _epoch(straight, model, 3, [9.0, 7.0])


@pytest.mark.parametrize("at_once", [1, 4])
def test_ema_follows_every_step_of_a_fit(at_once: int) -> None:
    """Many steps in one call, too; against the average of the weights that each step leaves."""
    keras.utils.set_random_seed(3)
    layers = [keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
    model = TrainedModel.of(keras.Sequential(layers))
    expected, left = [np.array(weight) for weight in model.weights], []
    features, targets = np.random.default_rng(1).normal(size=(2, 24, 2)).astype(np.float32)
    model.compile(keras.optimizers.SGD(0.1), "mse", steps_per_execution=at_once)
    averager = Averager("ema", model, 1)
    model.fit(features, targets[:, :1], 6, verbose=0, shuffle=False, callbacks=[averager])
    keras.utils.set_random_seed(3)
    twin = keras.models.clone_model(keras.Sequential(layers))
    twin.set_weights(expected)
    twin.compile(keras.optimizers.SGD(0.1), "mse")
    for step in range(4):
        rows = slice(6 * step, 6 * step + 6)
        twin.train_on_batch(features[rows], targets[rows, :1])
        left.append(twin.get_weights())
        momentum = min(0.99, (2 + step) / (11 + step))
        expected = [
            momentum * mean + (1 - momentum) * value for mean, value in zip(expected, left[-1], strict=True)
        ]
    for one, other in zip(averager.judged(), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
