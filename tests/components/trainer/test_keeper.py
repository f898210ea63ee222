"""The keeper: best epoch, patience, and a training that goes on after a kill as if there was none."""

from pathlib import Path

import keras
import numpy as np
import pytest

from components.feature_store import FeatureStore
from components.trainer.batches import Batches
from components.trainer.keeper import Keeper
from pipeline.errors import InputError
from tests.components.stores import records_of, write_shards

EPOCHS = 6


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


def tiny_model(classes: int = 3) -> keras.Model:
    """As a new process would make it."""
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(classes)])
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(0.0, 20, warmup_target=0.1, warmup_steps=4)
        ),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return FeatureStore(write_shards(tmp_path, [records_of([0, 1, 2, 1] * 5, views=3, width=4)]))


def train(
    store: FeatureStore, path: Path, killed_after: int | None = None, patience: int = 10
) -> keras.Model:
    """One process: goes on from the checkpoint, if there is one."""
    model, keeper = tiny_model(), Keeper(path, patience)
    weights = np.ones(3, np.float32)
    if not keeper.restore(model):
        keeper.begin(model, model.evaluate(Batches(store, 6, weights), verbose=0, return_dict=True)["loss"])
    model.fit(
        Batches(store, 6, weights, seed=9, epoch=keeper.epochs_done),
        validation_data=Batches(store, 6, weights),
        initial_epoch=keeper.epochs_done,
        epochs=EPOCHS,
        verbose=0,
        shuffle=False,
        callbacks=[keeper, *([] if killed_after is None else [_Killer(killed_after)])],
    )
    return model


def _equal(one: keras.Model, other: keras.Model) -> bool:
    pairs = zip(
        (*one.variables, *one.optimizer.variables),
        (*other.variables, *other.optimizer.variables),
        strict=True,
    )
    return all(np.array_equal(np.array(left), np.array(right)) for left, right in pairs)


@pytest.mark.parametrize("killed_after", [0, 1, 3, 5])
def test_killed_training_ends_bit_identical(store: FeatureStore, tmp_path: Path, killed_after: int) -> None:
    straight = train(store, tmp_path / "straight.npz")
    path = tmp_path / "killed.npz"
    with pytest.raises(_KilledError):
        train(store, path, killed_after)
    assert path.exists() == (killed_after > 0)
    resumed = train(store, path)
    assert _equal(straight, resumed)
    files = [dict(np.load(file)) for file in (tmp_path / "straight.npz", path)]
    assert files[0].keys() == files[1].keys()
    assert all(np.array_equal(files[0][key], files[1][key]) for key in files[0])


def _keeper_for(path: Path, patience: int = 2, begin: float = 9.0) -> tuple[Keeper, keras.Model]:
    model, keeper = tiny_model(), Keeper(path, patience)
    keeper.set_model(model)
    keeper.begin(model, begin)
    model.stop_training = False
    return keeper, model


def _bias(model: keras.Model) -> list[float]:
    values: list[float] = np.array(model.layers[-1].bias).tolist()
    return values


def _epochs(keeper: Keeper, model: keras.Model, losses: list[float]) -> int:
    """Plays epochs that leave the bias at their number, 1 for the first; returns how many ran."""
    for epoch, loss in enumerate(losses, start=keeper.epochs_done):
        model.layers[-1].bias.assign(np.full(3, epoch + 1.0))
        keeper.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    return keeper.epochs_done


@pytest.mark.parametrize(
    ("losses", "ran", "best"),
    [
        ([3.0, 2.0, 1.0], 3, 3),
        ([3.0, 1.0, 2.0, 2.0, 0.5], 4, 2),
        ([1.0, 1.0, 1.0, 0.0], 3, 1),
        ([3.0, 4.0, 2.0, 4.0, 1.0, 5.0], 6, 5),
        ([9.0, 9.5, 1.0], 2, 0),
        ([9.5, 8.0, 8.5, 9.5], 4, 2),
    ],
)
def test_best_epoch_is_kept_and_patience_ends(
    tmp_path: Path, losses: list[float], ran: int, best: int
) -> None:
    keeper, model = _keeper_for(tmp_path / "phase.npz", begin=9.0)
    assert _epochs(keeper, model, losses) == ran
    keeper.keep_best(model)
    assert _bias(model) == [best] * 3
    assert keeper.best_epoch == best
    assert keeper.best_loss == min(9.0, *losses[:ran])
    assert keeper.should_stop() == bool(model.stop_training)


def test_phase_that_makes_it_worse_leaves_every_weight_as_it_was(store: FeatureStore, tmp_path: Path) -> None:
    keeper, model = _keeper_for(tmp_path / "phase.npz", begin=1.0)
    before = [np.array(variable) for variable in model.variables]
    batches = Batches(store, 6, np.ones(3, np.float32), seed=9)
    model.fit(batches, epochs=2, verbose=0)
    for epoch in (0, 1):
        keeper.on_epoch_end(epoch, {"val_loss": 1.5})
    keeper.keep_best(model)
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, np.array(variable))


def test_restore_knows_best_and_patience(tmp_path: Path) -> None:
    path = tmp_path / "phase.npz"
    _epochs(*_keeper_for(path, patience=3), [1.0, 2.0, 3.0])
    keeper, model = _keeper_for(path, patience=3)
    assert keeper.restore(model)
    assert (keeper.epochs_done, keeper.best_epoch, keeper.best_loss) == (3, 1, 1.0)
    assert not keeper.should_stop()
    assert _bias(model) == [3.0] * 3
    _epochs(keeper, model, [2.0])
    assert keeper.should_stop()
    keeper.keep_best(model)
    assert _bias(model) == [1.0] * 3


def test_restore_knows_the_start_that_no_epoch_beat(tmp_path: Path) -> None:
    path = tmp_path / "phase.npz"
    _epochs(*_keeper_for(path, patience=3, begin=0.5), [1.0, 2.0])
    keeper, model = Keeper(path, patience=3), tiny_model()
    assert keeper.restore(model)
    assert (keeper.epochs_done, keeper.best_epoch, keeper.best_loss) == (2, 0, 0.5)
    keeper.keep_best(model)
    assert _bias(model) == [0.0] * 3


def test_restore_without_a_checkpoint_changes_nothing(tmp_path: Path) -> None:
    model, keeper = tiny_model(), Keeper(tmp_path / "none.npz", patience=2)
    assert not keeper.restore(model)
    assert keeper.epochs_done == 0
    assert _equal(model, tiny_model())


@pytest.mark.parametrize("classes", [2, 4])
def test_restore_from_another_models_checkpoint_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, classes: int
) -> None:
    path = tmp_path / "phase.npz"
    _epochs(*_keeper_for(path), [3.0, 2.0])
    model, keeper = tiny_model(classes=classes), Keeper(path, patience=2)
    assert not keeper.restore(model)
    assert (keeper.epochs_done, keeper.best_epoch) == (0, 0)
    assert _equal(model, tiny_model(classes=classes))
    assert "cannot be used" in caplog.text


@pytest.mark.parametrize("cut", [0, 100, -1])
def test_training_with_a_cut_checkpoint_ends_bit_identical(
    store: FeatureStore, tmp_path: Path, cut: int
) -> None:
    straight = train(store, tmp_path / "straight.npz")
    path = tmp_path / "cut.npz"
    with pytest.raises(_KilledError):
        train(store, path, killed_after=3)
    path.write_bytes(path.read_bytes()[:cut])
    assert _equal(straight, train(store, path))


def test_diverged_training_says_what_to_lower(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a number. Lower the phase's head_rate"):
        _epochs(*_keeper_for(tmp_path / "phase.npz"), [float("nan")])
