"""One phase: it tells how far it is, ends alike killed or not, and never makes the model worse on eval."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components import progress
from components.feature_store import FEATURES_PREFIX, open_store
from components.trainer import phase as phase_module
from components.trainer import schedules
from components.trainer.phase import PhaseResult, PhaseTrainer, rounds_of
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from tests.components.trainer.head_only import PHASE, SEED, HeadOnly, write_stores


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
def root(tmp_path: Path) -> Path:
    write_stores(tmp_path)
    return tmp_path


def trainer_of(root: Path, model: HeadOnly, phase: PhaseConfig, config: TrainerConfig) -> PhaseTrainer:
    stores = (open_store(str(root / f"Split-{split}"), FEATURES_PREFIX) for split in ("train", "eval"))
    return PhaseTrainer(model, config, phase, *stores, SEED, str(root / phase.name))  # type: ignore[arg-type]


def train(
    root: Path, checkpoint: Path, watcher: _Watcher, recipe: dict[str, Any] | None = None
) -> tuple[HeadOnly, PhaseResult]:
    """One process: trains the phase, or what is left of it."""
    keras.utils.set_random_seed(SEED)
    model, settings = HeadOnly(), dict(recipe or {})
    phase = PHASE.model_copy(update=settings.pop("phase", {}))
    with progress.listening(watcher):
        return model, trainer_of(root, model, phase, TrainerConfig(**settings)).run(checkpoint)


@pytest.mark.parametrize(("unfreeze", "each"), [("head", 5), ("top", 1)])
def test_phase_reports_its_batches_and_its_table(root: Path, unfreeze: str, each: int) -> None:
    watcher = _Watcher()
    _, result = train(root, root / "head.npz", watcher, {"phase": {"unfreeze": unfreeze}})
    assert watcher.reports == [("head", done, 25) for done in range(each, 26, each)]
    assert watcher.texts[0].startswith("phase head\n")
    assert (result.name, result.epochs, result.head_rate) == ("head", 5, 0.05)
    assert 0 <= result.eval_accuracy <= 1


@pytest.mark.parametrize("recipe", [{}, {"optimizer": "sgd", "phase": {"schedule": "one_cycle"}}])
def test_an_epoch_in_one_call_is_what_its_steps_are(root: Path, recipe: dict[str, Any]) -> None:
    by_step = {**recipe, "phase": {**recipe.get("phase", {}), "unfreeze": "top"}}
    whole, reached = train(root, root / "whole.npz", _Watcher(), recipe)
    steps, expected = train(root, root / "steps.npz", _Watcher(), by_step)
    for one, other in zip(whole.head.variables, steps.head.variables, strict=True):
        np.testing.assert_allclose(np.array(one), np.array(other), rtol=1e-5, atol=1e-6)
    assert (reached.kept_epoch, reached.eval_loss) == (expected.kept_epoch, pytest.approx(expected.eval_loss))


def test_phase_tells_its_curves_and_its_layers(root: Path) -> None:
    _, result = train(root, root / "head.npz", _Watcher())
    assert len(result.history) == 5
    kept = result.history[result.kept_epoch - 1]
    assert kept.keys() == {"train_loss", "train_accuracy", "eval_loss", "eval_accuracy"}
    reached = (result.eval_loss, result.eval_accuracy)
    assert (kept["eval_loss"], kept["eval_accuracy"]) == pytest.approx(reached)
    assert [(group["name"], group["rate"]) for group in result.layers] == [("head", 0.05)]


RECIPES: list[dict[str, Any]] = [
    {},
    {"averaging": "ema", "mixup": 0.3, "phase": {"schedule": "one_cycle", "unfreeze": "top"}},
    {"averaging": "swa", "sampling": "balanced", "phase": {"schedule": "constant"}},
    {"optimizer": "sgd", "loss": "focal", "phase": {"schedule": "one_cycle", "unfreeze": "top"}},
]


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[HeadOnly, PhaseResult]]:
    """What comes of a recipe when nobody interrupts; made once."""

    @cache
    def run(recipe: int) -> tuple[HeadOnly, PhaseResult]:
        root = tmp_path_factory.mktemp("straight")
        write_stores(root)
        return train(root, root / "head.npz", _Watcher(), RECIPES[recipe])

    return run


@pytest.mark.parametrize(("recipe", "killed_at"), [(0, 5), (0, 25), (1, 12), (2, 20), (3, 8)])
def test_killed_phase_ends_bit_identical(root: Path, straight: Any, recipe: int, killed_at: int) -> None:
    unhurt, expected = straight(recipe)
    with pytest.raises(KeyboardInterrupt):
        train(root, root / "killed.npz", _Watcher(killed_at), RECIPES[recipe])
    watcher = _Watcher()
    resumed, result = train(root, root / "killed.npz", watcher, RECIPES[recipe])
    # A head's epoch is one call, reported when it is done.
    redone = killed_at // 5 * 5 + 1 if "unfreeze" in RECIPES[recipe].get("phase", {}) else killed_at
    assert watcher.reports[0] == ("head", redone, 25)
    for one, other in zip(unhurt.head.variables, resumed.head.variables, strict=True):
        np.testing.assert_array_equal(np.array(one), np.array(other))
    assert result == expected


def test_finished_phase_does_not_train_again(root: Path) -> None:
    trained, expected = train(root, root / "head.npz", _Watcher())
    watcher = _Watcher()
    again, result = train(root, root / "head.npz", watcher)
    assert not watcher.reports
    assert result == expected
    np.testing.assert_array_equal(trained.head.get_weights()[0], again.head.get_weights()[0])


@pytest.mark.parametrize("averaging", ["none", "ema", "swa"])
def test_kept_epoch_is_the_latest_of_the_best(root: Path, averaging: str) -> None:
    """TensorBoard's curve is what eval saw: the averages where there are any."""
    _, result = train(root, root / "head.npz", _Watcher(), {"averaging": averaging})
    losses = _eval_losses(root / "head")
    limit = min(losses) * (1 + 6**-0.5)
    assert (len(losses), losses[result.kept_epoch - 1]) == (5, pytest.approx(result.eval_loss))
    assert result.kept_epoch == max(epoch for epoch, loss in enumerate(losses, 1) if loss <= limit)


@pytest.mark.parametrize(
    ("min_steps", "pictures", "rounds"),
    [(0, 10, 1), (9, 24, 1), (10, 24, 2), (300, 1, 800), (30, 10_000, 1), (30, 20, 4)],
)
def test_few_pictures_are_shown_more_often(min_steps: int, pictures: int, rounds: int) -> None:
    phase = PhaseConfig(name="head", epochs=3, min_steps=min_steps, batch_size=8)
    assert rounds_of(phase, pictures) == rounds
    assert 3 * -(-pictures * rounds // 8) >= min_steps


def test_phase_has_its_least_number_of_batches(root: Path) -> None:
    watcher = _Watcher()
    _, result = train(root, root / "head.npz", watcher, {"phase": {"min_steps": 26}})
    assert watcher.reports[-1] == ("head", 50, 50)
    assert result.epochs == 5


def test_penalty_is_shared_out_among_the_pictures(root: Path) -> None:
    model, _ = train(root, root / "head.npz", _Watcher(), {"penalty": 5.0})
    assert model.penalty == 5 / 20


def _eval_losses(logs: Path) -> list[float]:
    """After each epoch, as TensorBoard will show them."""
    import tensorflow as tf

    losses = []
    for path in sorted((logs / "validation").glob("events*")):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                if value.tag == "epoch_loss":
                    losses.append(float(tf.make_ndarray(value.tensor)))
    return losses


def test_phase_that_is_worse_than_its_start_leaves_no_trace(root: Path) -> None:
    model, good = train(root, root / "head.npz", _Watcher())
    before = model.head.get_weights()
    wild = PhaseConfig(name="wild", epochs=3, head_rate=1.0, warmup_share=0.0, batch_size=4)
    result = trainer_of(root, model, wild, TrainerConfig()).run(root / "wild.npz")
    assert min(_eval_losses(root / "wild")) > good.eval_loss * (1 + 6**-0.5), "or it tests nothing"
    assert (result.epochs, result.kept_epoch) == (3, 0)
    assert (result.eval_loss, result.eval_accuracy) == (good.eval_loss, good.eval_accuracy)
    for one, other in zip(before, model.head.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("schedule", "asked"), [("cosine", []), ("one_cycle", [25])])
def test_momentum_follows_one_cycle_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch, schedule: str, asked: list[int]
) -> None:
    seen: list[int] = []

    def momentum_schedule(steps: int) -> Any:
        seen.append(steps)
        return schedules.momentum_schedule(steps)

    monkeypatch.setattr(phase_module, "momentum_schedule", momentum_schedule)
    monkeypatch.setattr(PhaseTrainer, "_fit", lambda *_: None)
    train(root, root / "head.npz", _Watcher(), {"phase": {"schedule": schedule}})
    assert seen == asked


def test_phases_draw_orders_of_their_own(root: Path) -> None:
    orders = {
        name: trainer_of(root, HeadOnly(), PHASE.model_copy(update={"name": name}), TrainerConfig())
        ._batches(epoch=0)[0][0]
        .tobytes()
        for name in ("head", "head.top")
    }
    assert len(set(orders.values())) == 2


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {0.67, 1.33}),  # as scikit-learn's `balanced` weighs 5, 10 and 5
        ({"class_weights": "none"}, {1.0}),
        ({"sampling": "balanced"}, {1.0}),
    ],
)
def test_classes_weigh_what_the_recipe_says(
    root: Path, settings: dict[str, Any], expected: set[float]
) -> None:
    batches = trainer_of(root, HeadOnly(), PHASE, TrainerConfig(**settings))._batches(epoch=0)
    weights = np.concatenate([batches[index][2] for index in range(len(batches))])
    assert {round(float(weight), 2) for weight in weights} == expected
