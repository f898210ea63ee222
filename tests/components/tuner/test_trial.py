"""One recipe: trained as Trainer would, judged by what would be served, and no trace of it left."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import keras
import numpy as np
import pytest

from components import progress
from components.feature_store import FeatureStore
from components.recipe import apply
from components.temperature import calibrate
from components.trainer.logits import logits_of
from components.trainer.phases import train_phases
from components.tuner import trial
from components.tuner.trial import Trials
from pipeline.errors import InputError
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from tests.components.trainer.tiny import CLASSES, TinyBackbone, tiny_stores, write_tiny_stores

pytestmark = pytest.mark.slow

PICTURES = 24
CONFIG = TrainerConfig(
    phases=(
        PhaseConfig(name="head", epochs=2, head_rate=0.02, batch_size=8),
        PhaseConfig(name="middle", epochs=7, unfreeze="top", batch_size=8),
        PhaseConfig(
            name="deep", epochs=9, min_steps=4, unfreeze="top", trunk_rate=0.01, gradual=True, batch_size=8
        ),
    )
)
DEEP = apply(CONFIG, {"unfreeze": "50%"})


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("stores")
    write_tiny_stores(root, pictures=PICTURES)
    return lambda phase: tiny_stores(root, phase)


@pytest.fixture
def trials(stores: Any) -> Callable[..., Trials]:
    def make(pictures: int = PICTURES, seed: int = 3) -> Trials:
        return Trials(cast(Any, TinyBackbone()), "stem", CLASSES, stores, pictures, seed)

    return make


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[PhaseConfig, int, int]]:
    """Every phase that is trained, and on how many pictures of train and eval."""
    seen: list[tuple[PhaseConfig, int, int]] = []

    def noted(model: Any, config: TrainerConfig, stores: Any, *more: Any, **named: Any) -> Any:
        for phase in config.phases:
            train, evaluation = stores(phase)
            seen.append((phase, len(train), len(evaluation)))
        return train_phases(model, config, stores, *more, **named)

    monkeypatch.setattr(trial, "train_phases", noted)
    return seen


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> list[PhaseConfig]:
    """Every phase that would be trained, in no time."""
    seen: list[PhaseConfig] = []

    def noted(model: Any, config: TrainerConfig, *_: Any, **__: Any) -> Any:
        seen.extend(config.phases)
        return [SimpleNamespace(kept_epoch=1)]

    monkeypatch.setattr(trial, "train_phases", noted)
    monkeypatch.setattr(Trials, "_loss", lambda *_: 0.0)
    return seen


def test_loss_is_that_of_what_would_be_served(
    stores: Any, trials: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    models: list[Any] = []

    def kept(model: Any, store: FeatureStore, *more: Any) -> np.ndarray:
        models.append((model, store))
        return logits_of(model, store, *more)

    monkeypatch.setattr(trial, "logits_of", kept)
    smooth = CONFIG.model_copy(update={"label_smoothing": 0.5, "loss": "focal"})
    loss = trials().loss(smooth, is_deep=False)
    ((model, store),) = models
    logits = logits_of(model, store, 1, 8)
    assert store.labels.tolist() == stores(CONFIG.phases[0])[1].labels.tolist()
    assert loss == calibrate(logits, store.labels, store.weights, is_scaled=True).nll
    plain = trials().loss(smooth.model_copy(update={"calibration": "none"}), is_deep=False)
    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(store.labels, logits)
    assert plain == pytest.approx(float(crossentropy), rel=1e-5)
    assert loss < plain


def test_loss_is_of_the_test_time_views_too(trials: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noted(model: Any, store: FeatureStore, views: int, batch_size: int) -> np.ndarray:
        asked.append(views)
        return np.zeros((len(store), CLASSES))

    monkeypatch.setattr(trial, "logits_of", noted)
    flips = CONFIG.model_copy(update={"test_time_views": ("horizontal_flip", "vertical_flip")})
    for recipe in (CONFIG, flips):
        trials().loss(recipe, is_deep=False)
    assert asked == [1, 3]


def test_head_trains_as_it_is_and_once(trials: Any, trained: list[Any]) -> None:
    tried = trials(pictures=6)
    first = tried.loss(CONFIG, is_deep=False)
    assert trained == [(CONFIG.phases[0], PICTURES, PICTURES)]
    assert tried.loss(apply(CONFIG, {"unfreeze": "top"}), is_deep=False) == first
    assert len(trained) == 1
    assert tried.loss(apply(CONFIG, {"head": "mlp"}), is_deep=False) != first
    assert len(trained) == 2


def test_depth_is_tried_for_a_few_epochs_on_a_few_pictures(trials: Any, trained: list[Any]) -> None:
    tried = trials(pictures=6)
    head = tried.loss(CONFIG, is_deep=False)
    loss = tried.loss(DEEP, is_deep=True)
    assert [(phase.name, phase.epochs, *counts) for phase, *counts in trained] == [
        ("head", 2, PICTURES, PICTURES),
        ("head", 2, 6, 6),
        ("deep", 3, 6, 6),
    ]
    deep = trained[-1][0]
    assert (deep.unfreeze, deep.gradual, deep.trunk_rate) == ("50%", False, 0.01)
    assert loss != head


@pytest.mark.parametrize(
    ("epochs", "min_steps", "expected"), [(9, 200, (3, 150)), (2, 10, (2, 10)), (3, 0, (3, 0))]
)
def test_depth_is_tried_for_no_longer_than_it_would_train(
    trials: Any, untrained: list[PhaseConfig], epochs: int, min_steps: int, expected: tuple[int, int]
) -> None:
    deep = CONFIG.phases[-1].model_copy(update={"epochs": epochs, "min_steps": min_steps})
    trials().loss(CONFIG.model_copy(update={"phases": (CONFIG.phases[0], deep)}), is_deep=True)
    assert (untrained[-1].epochs, untrained[-1].min_steps) == expected


@pytest.mark.parametrize(("kept_epoch", "loss"), [(2, 0.3), (0, 0.5)])
def test_depth_is_worth_what_it_gains(
    trials: Any, monkeypatch: pytest.MonkeyPatch, kept_epoch: int, loss: float
) -> None:
    losses = iter([0.5, 0.9, 0.7])
    monkeypatch.setattr(trial, "train_phases", lambda *_, **__: [SimpleNamespace(kept_epoch=kept_epoch)])
    monkeypatch.setattr(Trials, "_loss", lambda *_: next(losses))
    assert trials().loss(DEEP, is_deep=True) == pytest.approx(loss)


def test_on_all_pictures_a_depth_is_worth_its_own_loss(trials: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    losses: list[float] = []
    original = Trials._loss

    def noted(*arguments: Any) -> float:
        losses.append(original(*arguments))
        return losses[-1]

    monkeypatch.setattr(Trials, "_loss", noted)
    loss = trials().loss(DEEP, is_deep=True)
    whole, before, after = losses
    assert whole == before != after
    assert loss == pytest.approx(after)


def test_trials_do_not_know_of_one_another(trials: Any) -> None:
    alone = trials().loss(CONFIG, is_deep=False)
    tried = trials()
    tried.loss(DEEP.model_copy(update={"dropout": 0.5}), is_deep=True)
    keras.utils.set_random_seed(99)
    assert tried.loss(CONFIG, is_deep=False) == alone
    assert trials(seed=4).loss(CONFIG, is_deep=False) != alone


def test_trial_is_silent_and_leaves_nothing(trials: Any, tmp_path: Path) -> None:
    class Listener:
        heard: list[str] = []

        def on_progress(self, activity: str, done: int, total: int) -> None:
            self.heard.append(activity)

        def on_announcement(self, text: str) -> None:
            self.heard.append(text)

    with progress.listening(Listener()):
        trials().loss(DEEP, is_deep=True)
    assert Listener.heard == []
    assert list(tmp_path.iterdir()) == []


def test_diverging_is_said(trials: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def diverge(*_: Any, **__: Any) -> None:
        raise InputError("training diverged")

    monkeypatch.setattr(trial, "train_phases", diverge)
    with pytest.raises(InputError, match="diverged"):
        trials().loss(CONFIG, is_deep=False)
