"""All phases in order: steps of gradual ones, rates that are found, and kills in the midst of them."""

import json
from pathlib import Path

import numpy as np
import pytest

from components import progress
from components.trainer import phases
from components.trainer.model import TransferModel
from components.trainer.phase import PhaseResult
from components.trainer.phases import train_phases
from components.trainer.rate_finder import Sweep
from components.trainer.rate_plot import JSON_FILE, PNG_FILE
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from tests.components.trainer.tiny import tiny_model, tiny_stores, write_tiny_stores

HEAD = PhaseConfig(name="head", epochs=2, head_rate=0.03, batch_size=8)
GRADUAL = PhaseConfig(
    name="deep", epochs=4, unfreeze="block_0", gradual=True, head_rate=0.03, trunk_rate=0.01, batch_size=8
)
CONFIG = TrainerConfig(phases=(HEAD, GRADUAL), averaging="ema")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    write_tiny_stores(root)
    return root


class _Watcher:
    """Notes what it is told, and ends the training when it hears of this many batches of this activity."""

    def __init__(self, killed_at: tuple[str, int] | None = None) -> None:
        self.activities: list[str] = []
        self.texts: list[str] = []
        self._killed_at = killed_at

    def on_progress(self, activity: str, done: int, total: int) -> None:
        if activity not in self.activities:
            self.activities.append(activity)
        if (activity, done) == self._killed_at:
            raise KeyboardInterrupt

    def on_announcement(self, text: str) -> None:
        self.texts.append(text)


def _train(
    data: Path, folder: Path, config: TrainerConfig = CONFIG, watcher: _Watcher | None = None
) -> tuple[TransferModel, list[PhaseResult]]:
    """One process: trains all phases, or what is left of them."""
    model = tiny_model(config)
    with progress.listening(watcher or _Watcher()):
        results = train_phases(
            model, config, lambda phase: tiny_stores(data, phase), 5, str(folder / "logs"), folder / "kept"
        )
    return model, results


def _equal(one: TransferModel, other: TransferModel) -> bool:
    pairs = zip(one.whole.variables, other.whole.variables, strict=True)
    return all(np.array_equal(np.array(left), np.array(right)) for left, right in pairs)


@pytest.fixture(scope="module")
def straight(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[TransferModel, list[PhaseResult]]:
    """What comes of it when nobody interrupts."""
    return _train(data, tmp_path_factory.mktemp("straight"))


@pytest.mark.slow
def test_phases_and_their_steps_follow_one_another(straight: tuple[TransferModel, list[PhaseResult]]) -> None:
    names = [(result.name, result.epochs) for result in straight[1]]
    assert names == [("head", 2), ("deep.top", 1), ("deep.block_1", 1), ("deep.block_0", 2)]
    losses = [result.eval_loss for result in straight[1]]
    assert losses == sorted(losses, reverse=True), "each begins with the best of the one before"


@pytest.mark.slow
@pytest.mark.parametrize("killed_at", [("head", 3), ("deep.block_1", 2), ("deep.block_0", 5)])
def test_killed_training_ends_bit_identical(
    data: Path, tmp_path: Path, straight: tuple[TransferModel, list[PhaseResult]], killed_at: tuple[str, int]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        _train(data, tmp_path, watcher=_Watcher(killed_at))
    watcher = _Watcher()
    model, results = _train(data, tmp_path, watcher=watcher)
    assert watcher.activities[0] == killed_at[0], "what was finished is not done again"
    assert results == straight[1]
    assert _equal(model, straight[0])


@pytest.mark.slow
def test_found_rate_is_used_told_and_plotted(data: Path, tmp_path: Path) -> None:
    wanted = {"find_rate": True, "unfreeze": "top", "head_rate": 1e-5, "trunk_rate": 5e-6, "gradual": False}
    config = TrainerConfig(phases=(GRADUAL.model_copy(update=wanted),))
    watcher = _Watcher()
    _, (result,) = _train(data, tmp_path, config, watcher)
    found = json.loads((tmp_path / "logs" / "deep" / JSON_FILE).read_text())
    assert (tmp_path / "logs" / "deep" / PNG_FILE).exists()
    assert watcher.activities == ["deep rates", "deep"]
    assert 1e-3 < result.head_rate == found["chosen"]
    assert watcher.texts[0] == f"phase deep: found rate {result.head_rate:.1e}, in place of 1.0e-05"
    assert [line.split()[-1] for line in watcher.texts[1].splitlines()[2:4]] == [
        f"{rate:.1e}" for rate in (result.head_rate, result.head_rate / 2)
    ]
    again = _Watcher()
    _, (same,) = _train(data, tmp_path, config, again)
    assert (again.activities, same) == ([], result)


def test_rate_that_is_not_found_stays() -> None:
    nothing = Sweep(np.geomspace(1e-6, 1, 20), np.linspace(1, 2, 20))
    watcher = _Watcher()
    with progress.listening(watcher):
        assert phases._with_found_rates(GRADUAL, nothing) == GRADUAL
    assert watcher.texts == ["phase deep: no rate makes the loss fall; it keeps 3.0e-02"]


def test_phases_without_epochs_are_skipped(tmp_path: Path) -> None:
    config = TrainerConfig(phases=(HEAD.model_copy(update={"epochs": 0}),))
    model, results = _train(tmp_path / "no data", tmp_path, config)
    assert results == []
    assert _equal(model, tiny_model(config))


def test_sweep_without_losses_leaves_no_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    nothing = Sweep(np.empty(0), np.empty(0))
    monkeypatch.setattr(phases.PhaseTrainer, "sweep_rates", lambda *_: nothing)
    config = TrainerConfig(phases=(HEAD.model_copy(update={"find_rate": True}),))
    _, (result,) = _train(data, tmp_path, config)
    assert result.head_rate == HEAD.head_rate
    assert not (tmp_path / "logs" / "head" / PNG_FILE).exists()
