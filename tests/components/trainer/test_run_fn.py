"""Trainer's hook: the table of layers, the checkpoint's folder, and one phase killed and resumed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from components import progress
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX
from components.trainer import run_fn
from components.trainer.model import LayerGroup
from components.trainer.run_fn import PhaseResult, layer_table
from pipeline.config import PhaseConfig, TrainerConfig
from tests.components.stores import records_of, write_shards

PHASE = PhaseConfig(name="head", epochs=5, head_rate=0.05, batch_size=4)
SEED = 21


def _group(name: str, parameters: int, rate: float | None) -> LayerGroup:
    return LayerGroup(name, (keras.Variable(np.zeros(parameters), name="any"),), (), rate)


def test_layer_table_one_line_a_rate_and_one_for_the_frozen() -> None:
    groups = [
        _group("head", 3843, 1e-3),
        _group("top", 1200, 3e-4),
        _group("block_15", 1000, None),
        _group("stem", 34, None),
    ]
    assert layer_table("fine_tune", groups).splitlines() == [
        "phase fine_tune",
        "  layers                    parameters  rate",
        "  head                           3,843  1.0e-03",
        "  top                            1,200  3.0e-04",
        "  stem .. block_15               1,034  frozen",
    ]


@pytest.mark.parametrize(
    ("rates", "last"),
    [((1e-3, None), "  stem                               5  frozen"), ((1e-3, 1e-4), "  stem  5  1.0e-04")],
)
def test_layer_table_short(rates: tuple[float, float | None], last: str) -> None:
    groups = [_group("head", 3, rates[0]), _group("stem", 5, rates[1])]
    lines = layer_table("any", groups).splitlines()
    assert len(lines) == 4
    assert lines[-1].split() == last.split()


def _fn_args(root: Path, **custom_config: Any) -> Any:
    return SimpleNamespace(
        custom_config={"checkpoints": str(root / "checkpoints"), "seed": SEED, **custom_config},
        train_files=[str(root / "Split-train" / "*")],
        eval_files=[str(root / "Split-eval" / "*")],
        model_run_dir=str(root / "logs"),
    )


def test_checkpoint_folder_is_found_again(tmp_path: Path) -> None:
    one, other = (run_fn._checkpoint_folder(_fn_args(tmp_path, trainer="{}", cut="top")) for _ in range(2))
    assert one == other
    assert one.parent == tmp_path / "checkpoints"


@pytest.mark.parametrize("change", [{"trainer": "{1}"}, {"cut": "block_3"}, {"seed": 22}])
def test_checkpoint_folder_differs_by_config(tmp_path: Path, change: dict[str, Any]) -> None:
    settings = {"trainer": "{}", "cut": "top"}
    assert run_fn._checkpoint_folder(_fn_args(tmp_path, **settings)) != run_fn._checkpoint_folder(
        _fn_args(tmp_path, **{**settings, **change})
    )


def test_checkpoint_folder_differs_by_data(tmp_path: Path) -> None:
    fn_args = _fn_args(tmp_path)
    before = run_fn._checkpoint_folder(fn_args)
    fn_args.train_files = [str(tmp_path / "other" / "Split-train" / "*")]
    assert run_fn._checkpoint_folder(fn_args) != before


def test_files_are_those_of_the_prefix(tmp_path: Path) -> None:
    for prefix in (FEATURES_PREFIX, ACTIVATIONS_PREFIX):
        write_shards(tmp_path, [records_of([0], views=1)], prefix)
    for prefix in (FEATURES_PREFIX, ACTIVATIONS_PREFIX):
        (path,) = run_fn._files([str(tmp_path / "*")], prefix)
        assert Path(path).name.startswith(prefix)


class _HeadOnly:
    """A model of a head alone, quick to train."""

    def __init__(self) -> None:
        keras.utils.set_random_seed(SEED)  # as a new process does
        layers = [keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(3, name="logits")]
        self.head = keras.Sequential(layers, name="head")

    def trained_by(self, unfreeze: str) -> keras.Model:
        return self.head

    def freeze_all_but(self, unfreeze: str) -> None:
        pass

    def layer_groups(self, unfreeze: str, head_rate: float, *_: float) -> list[LayerGroup]:
        variables = tuple(self.head.trainable_variables)
        return [LayerGroup("head", variables, variables, head_rate)]


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
    write_shards(tmp_path / "Split-train", [records_of([0, 1, 2, 1] * 5, views=3, width=4)])
    write_shards(tmp_path / "Split-eval", [records_of([0, 1, 2] * 2, views=1, width=4, seed=2)])
    return _fn_args(tmp_path)


def train(fn_args: Any, checkpoint: Path, watcher: _Watcher) -> tuple[_HeadOnly, PhaseResult]:
    """One process: trains the phase, or what is left of it."""
    model = _HeadOnly()
    trainer = run_fn._PhaseTrainer(fn_args, model, TrainerConfig(), PHASE, SEED, 3)  # type: ignore[arg-type]
    with progress.listening(watcher):
        return model, trainer.run(checkpoint)


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
