"""Killed in any epoch, or with a damaged checkpoint: a training ends as if nothing had happened."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components.feature_store import FeatureStore
from components.trainer.averaging import Averager
from components.trainer.batches import Batches
from components.trainer.checkpoint import Arrays
from components.trainer.keeper import Keeper
from tests.components.trainer.kept import EPOCHS, are_equal, phase_of, small_store, tiny_model


class _KilledError(Exception):
    pass


class _Killer(keras.callbacks.Callback):
    """Ends a training during the epoch after `epochs`."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._epochs = epochs

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._epochs == self.params_epoch and batch == 1:
            raise _KilledError

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.params_epoch = epoch


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return small_store(tmp_path)


def train(
    store: FeatureStore, path: Path, killed_after: int | None = None, averaging: Any = "none"
) -> keras.Model:
    """One process: goes on from the checkpoint, if there is one."""
    model = tiny_model()
    averager = Averager(averaging, model, EPOCHS)
    keeper = Keeper(path, phase_of(10), averager, pictures=20)
    weights = np.ones(3, np.float32)
    if not keeper.restore(model):
        keeper.begin(model, model.evaluate(Batches(store, 6, weights), verbose=0, return_dict=True)["loss"])
    batches = Batches(store, 6, weights, seed=(9,), epoch=keeper.epochs_done)
    model.fit(
        batches,
        steps_per_epoch=len(batches),
        validation_data=Batches(store, 6, weights),
        initial_epoch=keeper.epochs_done,
        epochs=EPOCHS,
        verbose=0,
        shuffle=False,
        callbacks=[averager, keeper, *([] if killed_after is None else [_Killer(killed_after)])],
    )
    return model


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[keras.Model, Arrays]]:
    """A training that nobody kills, made once for each way of averaging: the model and its checkpoint."""

    @cache
    def run(averaging: str = "none") -> tuple[keras.Model, Arrays]:
        path = tmp_path_factory.mktemp("straight") / "phase.npz"
        return train(small_store(path.parent), path, averaging=averaging), dict(np.load(path))

    return run


@pytest.mark.parametrize(
    ("averaging", "killed_after"), [("none", 0), ("none", 3), ("ema", 1), ("ema", 4), ("swa", 2), ("swa", 5)]
)
def test_killed_training_ends_bit_identical(
    store: FeatureStore, tmp_path: Path, straight: Any, averaging: str, killed_after: int
) -> None:
    model, saved = straight(averaging)
    path = tmp_path / "killed.npz"
    with pytest.raises(_KilledError):
        train(store, path, killed_after, averaging)
    assert path.exists() == (killed_after > 0)
    resumed = train(store, path, averaging=averaging)
    assert are_equal(model, resumed)
    again = dict(np.load(path))
    assert saved.keys() == again.keys()
    assert all(np.array_equal(saved[key], again[key]) for key in saved)


@pytest.mark.parametrize("cut", [0, 100, -1])
def test_training_with_a_cut_checkpoint_ends_bit_identical(
    store: FeatureStore, tmp_path: Path, straight: Any, cut: int
) -> None:
    path = tmp_path / "cut.npz"
    with pytest.raises(_KilledError):
        train(store, path, killed_after=3)
    path.write_bytes(path.read_bytes()[:cut])
    assert are_equal(straight()[0], train(store, path))
