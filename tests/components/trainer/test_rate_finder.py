"""The rate finder: it sees cliffs through noise, and leaves nothing behind."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components import progress
from components.feature_store import FeatureStore
from components.trainer.batches import Batches
from components.trainer.rate_finder import Sweep, schedule_of, sweep
from pipeline.errors import InputError
from tests.components.stores import records_of, write_shards

RATES = np.geomspace(1e-6, 1, 100)


def _curve(cliff: float, fall: float = 0.3, noise: float = 0.0, seed: int = 1) -> Sweep:
    """Flat, then down, then up again: back at its start at `cliff`."""
    decades = np.log10(RATES / cliff)
    losses = 1 - fall * np.exp(-((decades + 1) ** 2) * 2) + np.where(decades > -0.3, (decades + 0.3) * 2, 0)
    losses += np.random.default_rng(seed).normal(0, noise, len(losses))
    is_tried = losses < 4
    return Sweep(RATES[is_tried], losses[is_tried])


@pytest.mark.parametrize("cliff", [1e-3, 1e-2, 1e-1])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_suggestion_is_a_tenth_of_the_cliff(cliff: float, noise: float) -> None:
    for seed in range(5):
        suggestion = _curve(cliff, noise=noise, seed=seed).suggestion()
        assert suggestion is not None
        assert cliff / 30 < suggestion < cliff / 8


def test_no_fall_no_suggestion() -> None:
    assert _curve(1e-2, fall=0.0).suggestion() is None


def test_no_losses_no_suggestion() -> None:
    assert Sweep(np.empty(0), np.empty(0)).suggestion() is None


def test_dropout_on_a_model_that_knows_all_is_no_divergence(tmp_path: Path) -> None:
    labels = [0, 1] * 10
    records = [(b"%d" % place, label, np.eye(4)[[label]] * 50) for place, label in enumerate(labels)]
    store = FeatureStore(write_shards(tmp_path, [records]))
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(3)])
    model.layers[-1].kernel.assign(np.eye(4, 3))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule_of(1.0, head_rate=1.0)), loss)
    found = sweep(model, _epochs(store, batch_size=2), "rates", tmp_path / "rates.npz")
    assert len(found.losses) > 50


def test_no_cliff_takes_the_last_rate() -> None:
    assert Sweep(RATES, np.linspace(1, 0.1, 100)).suggestion() == pytest.approx(0.1)


def test_schedule_keeps_the_ratio_of_the_groups() -> None:
    for step, rate in ((0, 1e-6), (50, RATES[50]), (99, 1.0)):
        assert float(schedule_of(2e-3, head_rate=2e-3)(step)) == pytest.approx(rate, rel=1e-4)
        assert float(schedule_of(5e-4, head_rate=2e-3)(step)) == pytest.approx(rate / 4, rel=1e-4)


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return FeatureStore(write_shards(tmp_path, [records_of([0, 1, 2, 1] * 5, views=2, width=4)]))


def _model() -> keras.Model:
    keras.utils.set_random_seed(5)
    members = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.5), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((4,)), *members])
    model.compile(
        keras.optimizers.Adam(schedule_of(1.0, head_rate=1.0)),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    return model


def _epochs(store: FeatureStore, batch_size: int = 8) -> Any:
    return lambda epoch: Batches(store, batch_size, np.ones(3, np.float32), seed=(1,), epoch=epoch)


class _Watcher:
    def __init__(self) -> None:
        self.reports: list[tuple[str, int, int]] = []

    def on_progress(self, activity: str, done: int, total: int) -> None:
        self.reports.append((activity, done, total))

    def on_announcement(self, text: str) -> None: ...


def test_sweep_leaves_every_variable_as_it_was(store: FeatureStore, tmp_path: Path) -> None:
    model, watcher = _model(), _Watcher()
    before = [np.array(variable) for variable in model.variables]
    with progress.listening(watcher):
        found = sweep(model, _epochs(store), "head rates", tmp_path / "rates.npz")
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, np.array(variable))
    assert len(model.variables) == 7
    assert len(found.losses) == len(found.rates) > 50
    assert watcher.reports[:2] == [("head rates", 1, 100), ("head rates", 2, 100)]
    assert np.ptp(found.losses[:20]) < np.ptp(found.losses), "rates of next to nothing change nothing"


def test_sweep_is_made_once(store: FeatureStore, tmp_path: Path) -> None:
    first = sweep(_model(), _epochs(store), "rates", tmp_path / "rates.npz")
    watcher = _Watcher()
    with progress.listening(watcher):
        again = sweep(_model(), _epochs(store), "rates", tmp_path / "rates.npz")
    assert not watcher.reports
    np.testing.assert_array_equal(first.losses, again.losses)
    np.testing.assert_array_equal(first.rates, again.rates)


def test_hard_batches_are_no_bad_rates(tmp_path: Path) -> None:
    records = [
        (name, label, array * (9 if place % 3 else 1))
        for place, (name, label, array) in enumerate(records_of([0, 1] * 10, views=1, width=4))
    ]
    store = FeatureStore(write_shards(tmp_path, [records]))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule_of(1.0, head_rate=1.0)), loss)
    epochs = _epochs(store, batch_size=1)
    found = sweep(model, epochs, "rates", tmp_path / "rates.npz")
    own = [model.test_on_batch(*epochs(0)[index], return_dict=True)["loss"] for index in range(20)]
    assert np.std(own) > np.mean(own) / 2, "or it tests nothing"
    assert np.std(found.losses[:20]) < 1e-2 * np.mean(own)


def test_loss_that_is_no_number_is_the_users_error(tmp_path: Path) -> None:
    records = [
        (name, label, array * np.nan) for name, label, array in records_of([0, 1, 2], views=1, width=4)
    ]
    store = FeatureStore(write_shards(tmp_path, [records]))
    with pytest.raises(InputError, match="not a number before the training begins"):
        sweep(_model(), _epochs(store), "rates", tmp_path / "rates.npz")
