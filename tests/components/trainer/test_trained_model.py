"""Steps of a share of the batch, with the gradients of all shares, are those of the whole batch."""

from typing import Any

import keras
import numpy as np
import pytest

from components.trainer.heads import PenalisedLogits
from components.trainer.team import Team, acting_in
from components.trainer.trained_model import TrainedModel

ARRAYS = np.random.default_rng(3).normal(size=(10, 4)).astype(np.float32)
LABELS = np.eye(3, dtype=np.float32)[np.arange(10) % 3]
WEIGHTS = np.linspace(0.5, 2, 10, dtype=np.float32)


def _model(dropout: float = 0.0) -> TrainedModel:
    keras.utils.set_random_seed(5)
    logits = PenalisedLogits(3, name="logits")
    logits.penalty = 0.1
    model = TrainedModel.of(keras.Sequential([keras.Input((4,)), keras.layers.Dropout(dropout), logits]))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    accuracy = keras.metrics.CategoricalAccuracy(name="accuracy")
    model.compile(keras.optimizers.SGD(0.5), loss, metrics=[accuracy])
    return model


def _gradient(model: TrainedModel, rows: slice) -> list[np.ndarray]:
    """How far one step on these rows moves the weights, times how many rows they are."""
    before = model.get_weights()
    model.train_on_batch(ARRAYS[rows], LABELS[rows], WEIGHTS[rows])
    count = len(ARRAYS[rows])
    moves = [(new - old) * count for new, old in zip(model.get_weights(), before, strict=True)]
    model.set_weights(before)
    return moves


@pytest.mark.parametrize("cut", [5, 7, 1, 10])
def test_shares_make_the_step_of_the_whole(cut: int) -> None:
    """The other process is played by what it would send, since a step of SGD tells its gradients."""
    other, rate = _gradient(_model(), slice(cut, None)) if cut < 10 else None, 0.5

    def adder(*tensors: Any) -> list[Any]:
        if other is None:
            return list(tensors)
        *gradients, count = tensors
        sums = [each - move / rate for each, move in zip(gradients, other, strict=True)]
        return [*sums, count + (10 - cut)]

    alone, together = _model(), _model()
    alone.train_on_batch(ARRAYS, LABELS, WEIGHTS)
    with acting_in(Team(0, 2, adder)):
        together.train_on_batch(ARRAYS[:cut], LABELS[:cut], WEIGHTS[:cut])
    for one, both in zip(alone.get_weights(), together.get_weights(), strict=True):
        np.testing.assert_allclose(both, one, atol=1e-6)


def test_a_share_may_be_empty() -> None:
    with acting_in(Team(1, 2, lambda *tensors: [*tensors[:-1], tensors[-1] + 4])):
        model = _model()
        for rows in (slice(5), slice(3), slice(0)):
            before = model.get_weights()
            model.train_on_batch(ARRAYS[rows], LABELS[rows], WEIGHTS[rows])
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_metrics_are_those_of_all_and_stay_ones_own() -> None:
    model = _model()
    alone = model.evaluate(ARRAYS, LABELS, batch_size=10, verbose=0, return_dict=True)
    own = [np.array(variable) for variable in model.metrics_variables]
    with acting_in(Team(0, 2, lambda *tensors: [tensor + 6 for tensor in tensors])):
        summed, again = (
            {name: float(value) for name, value in model.get_metrics_result().items()} for _ in range(2)
        )
    assert summed == again
    assert summed["accuracy"] == pytest.approx((10 * alone["accuracy"] + 6) / 16)
    assert summed["loss"] == pytest.approx((10 * alone["loss"] + 6) / 16)
    for before, variable in zip(own, model.metrics_variables, strict=True):
        np.testing.assert_array_equal(before, np.array(variable))


def test_dropout_differs_by_process_and_not_for_the_chief() -> None:
    states = []
    for rank in (0, 1, 2):
        model = _model(dropout=0.5)
        before = _seeds(model)
        with acting_in(Team(rank, 3, None)):
            model.spread_seeds()
        states.append(_seeds(model))
        assert np.array_equal(states[-1], before) == (rank == 0)
    assert len({str(state) for state in states}) == 3


def _seeds(model: TrainedModel) -> list[np.ndarray]:
    (dropout,) = (layer for layer in model.layers if isinstance(layer, keras.layers.Dropout))
    return [np.array(dropout.seed_generator.state)]
