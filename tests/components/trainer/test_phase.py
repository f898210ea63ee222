"""One phase: it tells how far it is, ends alike killed or not, and never makes the model worse on eval."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components import progress
from components.trainer import run_fn
from components.trainer.run_fn import PhaseResult
from pipeline.config import PhaseConfig, TrainerConfig
from tests.components.trainer.head_only import PHASE, SEED, HeadOnly, fn_args_of, write_stores


class _Watcher:
    """Notes the batches that it is told of, and ends the training after `killed_at` of them."""

    def __init__(self, killed_at: int | None = None) -> None:
        self.reports: list[tuple[str, int, int]] = []
        self.texts: list[str] = []
        self._killed_at = killed_at

    def on_progress(self, activity: str, done: int, total: int) -> None:
        self.reports.append((activity, done, total))
        if done == self._killed_at:
            raise KeyboardInterrupt

    def on_announcement(self, text: str) -> None:
        self.texts.append(text)


@pytest.fixture
def fn_args(tmp_path: Path) -> Any:
    write_stores(tmp_path)
    return fn_args_of(tmp_path)


def run_phase(fn_args: Any, model: HeadOnly, phase: PhaseConfig, checkpoint: Path) -> PhaseResult:
    trainer = run_fn._PhaseTrainer(fn_args, model, TrainerConfig(), phase, SEED, 3)  # type: ignore[arg-type]
    return trainer.run(checkpoint)


def train(fn_args: Any, checkpoint: Path, watcher: _Watcher) -> tuple[HeadOnly, PhaseResult]:
    """One process: trains the phase, or what is left of it."""
    keras.utils.set_random_seed(SEED)
    model = HeadOnly()
    with progress.listening(watcher):
        return model, run_phase(fn_args, model, PHASE, checkpoint)


def test_phase_reports_its_batches_and_its_table(fn_args: Any, tmp_path: Path) -> None:
    watcher = _Watcher()
    _, result = train(fn_args, tmp_path / "head.npz", watcher)
    assert watcher.reports == [("head", done, 25) for done in range(1, 26)]
    assert watcher.texts[0].startswith("phase head\n")
    assert (result.name, result.epochs) == ("head", 5)
    assert 0 <= result.eval_accuracy <= 1


@pytest.mark.parametrize("killed_at", [3, 12, 23])
def test_killed_phase_ends_bit_identical(fn_args: Any, tmp_path: Path, killed_at: int) -> None:
    straight, expected = train(fn_args, tmp_path / "straight.npz", _Watcher())
    with pytest.raises(KeyboardInterrupt):
        train(fn_args, tmp_path / "killed.npz", _Watcher(killed_at))
    watcher = _Watcher()
    resumed, result = train(fn_args, tmp_path / "killed.npz", watcher)
    assert watcher.reports[0] == ("head", killed_at // 5 * 5 + 1, 25)
    for one, other in zip(straight.head.variables, resumed.head.variables, strict=True):
        np.testing.assert_array_equal(np.array(one), np.array(other))
    assert result == expected


def test_finished_phase_does_not_train_again(fn_args: Any, tmp_path: Path) -> None:
    trained, expected = train(fn_args, tmp_path / "head.npz", _Watcher())
    watcher = _Watcher()
    again, result = train(fn_args, tmp_path / "head.npz", watcher)
    assert not watcher.reports
    assert result == expected
    np.testing.assert_array_equal(trained.head.get_weights()[0], again.head.get_weights()[0])


def test_kept_epoch_is_the_best_one(fn_args: Any, tmp_path: Path) -> None:
    keras.utils.set_random_seed(SEED)
    model = HeadOnly()
    result = run_phase(fn_args, model, PHASE, tmp_path / "head.npz")
    losses = _eval_losses(fn_args, PHASE)
    assert (len(losses), min(losses)) == (5, pytest.approx(result.eval_loss))
    assert losses[result.kept_epoch - 1] == min(losses)


def _eval_losses(fn_args: Any, phase: PhaseConfig) -> list[float]:
    """After each epoch, as TensorBoard will show them."""
    import tensorflow as tf

    losses = []
    for path in sorted(Path(fn_args.model_run_dir, phase.name, "validation").glob("events*")):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                if value.tag == "epoch_loss":
                    losses.append(float(tf.make_ndarray(value.tensor)))
    return losses


def test_phase_that_is_worse_than_its_start_leaves_no_trace(fn_args: Any, tmp_path: Path) -> None:
    keras.utils.set_random_seed(SEED)
    model = HeadOnly()
    good = run_phase(fn_args, model, PHASE, tmp_path / "head.npz")
    before = model.head.get_weights()
    wild = PhaseConfig(name="wild", epochs=3, head_rate=1.0, warmup_share=0.0, batch_size=4)
    result = run_phase(fn_args, model, wild, tmp_path / "wild.npz")
    assert min(_eval_losses(fn_args, wild)) > good.eval_loss, "or it tests nothing"
    assert (result.epochs, result.kept_epoch) == (3, 0)
    assert (result.eval_loss, result.eval_accuracy) == (good.eval_loss, good.eval_accuracy)
    for one, other in zip(before, model.head.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
