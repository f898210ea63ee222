"""The keeper: which epoch is kept, patience, and what a checkpoint brings back."""

import math
from pathlib import Path

import keras
import numpy as np
import pytest

from components.trainer.averaging import Averager
from components.trainer.batches import Batches
from components.trainer.keeper import Keeper
from pipeline.errors import InputError
from tests.components.trainer.kept import EPOCHS, are_equal, new_keeper, phase_of, small_store, tiny_model


def _keeper_for(
    path: Path, patience: int = 2, begin: float = 9.0, pictures: float = math.inf
) -> tuple[Keeper, keras.Model]:
    model = tiny_model()
    keeper = new_keeper(path, patience, model, pictures=pictures)
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
        ([1.0, 1.0, 1.0, 0.0], 3, 3),
        ([3.0, 4.0, 2.0, 4.0, 1.0, 5.0], 6, 5),
        ([9.5, 9.5, 1.0], 2, 0),
        ([9.5, 8.0, 8.5, 9.5], 4, 2),
    ],
)
def test_lowest_loss_is_kept_and_patience_ends(
    tmp_path: Path, losses: list[float], ran: int, best: int
) -> None:
    """Of infinitely many pictures, where nothing is left to chance."""
    keeper, model = _keeper_for(tmp_path / "phase.npz", begin=9.0)
    assert _epochs(keeper, model, losses) == ran
    keeper.keep(model)
    assert _bias(model) == [best] * 3
    assert keeper.kept_epoch == best
    assert keeper.lowest_loss == min(9.0, *losses[:ran])
    assert keeper.should_stop() == bool(model.stop_training)


@pytest.mark.parametrize(
    ("losses", "pictures", "kept"),
    [
        ([1.0, 1.1, 1.2, 1.3], 20, 3),  # 1.22 is one standard error above
        ([1.0, 1.1, 1.2, 1.3], 100, 2),
        ([1.0, 1.1, 1.2, 1.3], math.inf, 1),
        ([1.0, 1.2, 0.9, 1.2], 20, 3),  # of the lowest there is by now
        ([1.0, 2.0, 2.0, 1.1], 20, 4),
        ([2.4, 2.1, 2.2, 2.3], 20, 4),  # 2 is where it began: hardly worse
        ([2.5, 2.6, 2.7, 2.8], 20, 0),
        ([2.5, 3.9, 4.1, 4.2], 0, 2),  # all of weight 0: as one picture
    ],
)
def test_of_epochs_that_chance_may_have_made_the_best_the_latest_is_kept(
    tmp_path: Path, losses: list[float], pictures: float, kept: int
) -> None:
    keeper, model = _keeper_for(tmp_path / "phase.npz", patience=9, begin=2.0, pictures=pictures)
    _epochs(keeper, model, losses)
    keeper.keep(model)
    assert (keeper.kept_epoch, _bias(model)) == (kept, [kept] * 3)
    assert keeper.lowest_loss == min(2.0, *losses)


def test_phase_that_makes_it_worse_leaves_every_weight_as_it_was(tmp_path: Path) -> None:
    keeper, model = _keeper_for(tmp_path / "phase.npz", begin=1.0)
    before = [np.array(variable) for variable in model.variables]
    batches = Batches(small_store(tmp_path), 6, np.ones(3, np.float32), seed=(9,))
    model.fit(batches, steps_per_epoch=len(batches), epochs=2, verbose=0)
    for epoch in (0, 1):
        keeper.on_epoch_end(epoch, {"val_loss": 1.5})
    keeper.keep(model)
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(value, np.array(variable))


def test_restore_knows_best_and_patience(tmp_path: Path) -> None:
    path = tmp_path / "phase.npz"
    _epochs(*_keeper_for(path, patience=3), [1.0, 2.0, 3.0])
    keeper, model = _keeper_for(path, patience=3)
    assert keeper.restore(model)
    assert (keeper.epochs_done, keeper.kept_epoch, keeper.lowest_loss) == (3, 1, 1.0)
    assert not keeper.should_stop()
    assert _bias(model) == [3.0] * 3
    _epochs(keeper, model, [2.0])
    assert keeper.should_stop()
    keeper.keep(model)
    assert _bias(model) == [1.0] * 3


def test_restore_knows_the_start_that_no_epoch_beat(tmp_path: Path) -> None:
    path = tmp_path / "phase.npz"
    _epochs(*_keeper_for(path, patience=3, begin=0.5), [1.0, 2.0])
    model = tiny_model()
    keeper = new_keeper(path, 3, model)
    assert keeper.restore(model)
    assert (keeper.epochs_done, keeper.kept_epoch, keeper.lowest_loss) == (2, 0, 0.5)
    keeper.keep(model)
    assert _bias(model) == [0.0] * 3


@pytest.mark.parametrize(("saved", "loaded"), [("none", "ema"), ("ema", "none")])
def test_restore_asks_for_the_same_averaging(tmp_path: Path, saved: str, loaded: str) -> None:
    path = tmp_path / "phase.npz"
    model = tiny_model()
    keeper = new_keeper(path, 2, model, saved)
    keeper.set_model(model)
    keeper.on_epoch_end(0, {"val_loss": 1.0})
    assert new_keeper(path, 2, model, saved).restore(model)
    assert not new_keeper(path, 2, model, loaded).restore(model)


def test_average_is_kept_and_the_latest_goes_on(tmp_path: Path) -> None:
    path, model = tmp_path / "phase.npz", tiny_model()
    averager = Averager("ema", model, EPOCHS)
    keeper = Keeper(path, phase_of(2), averager, pictures=20)
    keeper.set_model(model)
    model.layers[-1].bias.assign(np.full(3, 11.0))
    averager.follow()
    keeper.on_epoch_end(0, {"val_loss": 1.0})
    assert _bias(model) == [11.0] * 3
    resumed = tiny_model()
    again = new_keeper(path, 2, resumed, "ema")
    assert again.restore(resumed)
    assert _bias(resumed) == [11.0] * 3
    again.keep(resumed)
    # The average of 0, which it began with, and 11: after one step it has moved by 9 in 11.
    assert _bias(resumed) == pytest.approx([9.0] * 3)


def test_restore_without_a_checkpoint_changes_nothing(tmp_path: Path) -> None:
    model = tiny_model()
    keeper = new_keeper(tmp_path / "none.npz", 2, model)
    assert not keeper.restore(model)
    assert keeper.epochs_done == 0
    assert are_equal(model, tiny_model())


@pytest.mark.parametrize("classes", [2, 4])
def test_restore_from_another_models_checkpoint_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, classes: int
) -> None:
    path = tmp_path / "phase.npz"
    _epochs(*_keeper_for(path), [3.0, 2.0])
    model = tiny_model(classes=classes)
    keeper = new_keeper(path, 2, model)
    assert not keeper.restore(model)
    assert (keeper.epochs_done, keeper.kept_epoch) == (0, 0)
    assert are_equal(model, tiny_model(classes=classes))
    assert "cannot be used" in caplog.text


def test_diverged_training_says_what_to_lower(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"in epoch 1 of phase `head`: .* Lower head_rate \(2.0e-02\)"):
        _epochs(*_keeper_for(tmp_path / "phase.npz"), [float("nan")])


def test_history_holds_the_epochs_that_were_trained(tmp_path: Path) -> None:
    keeper, model = _keeper_for(tmp_path / "phase.npz")
    keeper.on_epoch_end(0, {"loss": 3.0, "accuracy": 0.5, "val_loss": 2.0, "val_accuracy": 0.6})
    keeper.on_epoch_end(1, {"loss": math.inf, "accuracy": 0.7, "val_loss": 1.0, "val_accuracy": 0.8})
    expected = (
        {"train_loss": 3.0, "train_accuracy": 0.5, "eval_loss": 2.0, "eval_accuracy": 0.6},
        {"train_loss": None, "train_accuracy": 0.7, "eval_loss": 1.0, "eval_accuracy": 0.8},
    )
    assert keeper.history() == expected
    another = new_keeper(tmp_path / "phase.npz", 2, model)
    assert another.restore(model)
    assert another.history() == expected
