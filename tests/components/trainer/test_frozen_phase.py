"""The promise of a phase: what it does not unfreeze is neither run below the cut nor moved by one bit."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components.backbone.cut import PIXELS
from components.trainer.model import TransferModel
from components.trainer.phase import PhaseResult, PhaseTrainer
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from tests.components.trainer.tiny import tiny_model, tiny_stores, write_tiny_stores

pytestmark = pytest.mark.slow

RECIPES: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "mlp, ema, one cycle": {"head": "mlp", "averaging": "ema", "phase": {"schedule": "one_cycle"}},
    "cosine, swa, constant": {"head": "cosine", "averaging": "swa", "phase": {"schedule": "constant"}},
    "focal, sgd, one cycle": {"loss": "focal", "optimizer": "sgd", "phase": {"schedule": "one_cycle"}},
    "root, mixup, balanced, rmsprop": {
        "head": "root",
        "mixup": 0.2,
        "sampling": "balanced",
        "optimizer": "rmsprop",
    },
    "cutmix, decay": {"cutmix": 1.0, "mixup": 0.2, "optimizer": "adamw", "weight_decay": 0.1},
    "norms adapt, ema": {"batch_norm": "adapts", "averaging": "ema"},
    "float16, norms adapt, one cycle": {
        "precision": "mixed_float16",
        "batch_norm": "adapts",
        "phase": {"schedule": "one_cycle"},
    },
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiny")
    write_tiny_stores(root)
    return root


def _train(root: Path, folder: Path, model: TransferModel, unfreeze: str, **settings: Any) -> PhaseResult:
    change = settings.pop("phase", {})
    rates = {"head_rate": 0.03, "trunk_rate": 0.01}
    phase = PhaseConfig(name="any", epochs=3, unfreeze=unfreeze, batch_size=8, **rates, **change)
    trainer = PhaseTrainer(
        model, TrainerConfig(**settings), phase, *tiny_stores(root, phase), seed=1, logs=str(folder)
    )
    return trainer.run(folder / f"{unfreeze}.npz")


def _snapshot(model: TransferModel) -> dict[str, np.ndarray]:
    return {weight.path: np.array(weight) for weight in (*model.trunk.weights, *model.head.weights)}


def _moved(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> set[str]:
    return {path for path, value in before.items() if not np.array_equal(value, after[path])}


def _stages(adapts: bool, *names: str) -> set[str]:
    """Weights of stages that train."""
    norms = ("gamma", "beta", "moving_mean", "moving_variance") if adapts else ()
    return {
        path
        for name in names
        for path in (f"{name}_conv/kernel", *(f"{name}_norm/{weight}" for weight in norms))
    }


@pytest.mark.parametrize("recipe", RECIPES)
def test_phases_move_what_they_unfreeze_and_nothing_else(root: Path, tmp_path: Path, recipe: str) -> None:
    settings = RECIPES[recipe]
    adapts = settings.get("batch_norm") == "adapts"
    model = tiny_model(TrainerConfig(**{key: value for key, value in settings.items() if key != "phase"}))
    head = {weight.path for weight in model.head.weights}
    # The cut is the stem: what lies between it and the lowest unfrozen stage is run, and frozen.
    for unfreeze, stages in (("head", ()), ("block_1", ("block_1", "top"))):
        before = _snapshot(model)
        result = _train(root, tmp_path, model, unfreeze, **settings)
        assert result.kept_epoch > 0, "the weights would be those it began with"
        assert _moved(before, _snapshot(model)) == head | _stages(adapts, *stages)


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_trunk_trains_in_half_and_rests_in_float32(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Any
) -> None:
    model = tiny_model(TrainerConfig(precision=precision))
    seen: list[set[str]] = []
    optimizers: list[keras.optimizers.Optimizer] = []
    original = PhaseTrainer._fit

    def fit(self: PhaseTrainer, *arguments: Any) -> None:
        optimizers.append(arguments[0].optimizer)
        seen.append({layer.compute_dtype for layer in model.trunk.layers})
        original(self, *arguments)

    monkeypatch.setattr(PhaseTrainer, "_fit", fit)
    _train(root, tmp_path, model, "head", precision=precision)
    _train(root, tmp_path, model, "block_1", precision=precision)
    assert seen == [{"float32"}, {precision.removeprefix("mixed_")}]
    assert {layer.compute_dtype for layer in model.trunk.layers} == {"float32"}
    # Numbers as small as gradients vanish in float16 alone.
    is_scaled = isinstance(optimizers[-1], keras.optimizers.LossScaleOptimizer)
    assert is_scaled == (precision == "mixed_float16")
    saved = np.load(tmp_path / "block_1.npz")
    assert {saved[name].dtype.name for name in saved.files if saved[name].dtype.kind == "f"} == {
        "float32",
        "float64",  # the best loss
    }


def test_trunk_that_trains_as_a_whole_moves_as_a_whole(tmp_path: Path) -> None:
    write_tiny_stores(tmp_path, cut=PIXELS)
    model = tiny_model(TrainerConfig(), cut=PIXELS)
    before = _snapshot(model)
    assert _train(tmp_path, tmp_path, model, "100%", cutmix=1.0).kept_epoch > 0
    stages = _stages(False, *model.backbone.stages)
    assert _moved(before, _snapshot(model)) == stages | {weight.path for weight in model.head.weights}


def _counted(original: Any, seen: list[str]) -> Any:
    # Keras reads the names of a call's arguments: they stay.
    def call(self: Any, inputs: Any) -> Any:
        seen.append(self.name)
        return original(self, inputs)

    return call


@pytest.mark.parametrize(
    ("unfreeze", "run"), [("head", set()), ("top", {"block_0_conv", "block_1_conv", "top_conv"})]
)
def test_frozen_phase_never_runs_the_trunk(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unfreeze: str, run: set[str]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(keras.layers.Conv2D, "call", _counted(keras.layers.Conv2D.call, seen))
    model = tiny_model(TrainerConfig())
    seen.clear()  # building a functional model calls its layers once, on symbols
    _train(root, tmp_path, model, unfreeze)
    # And where it does run, nothing below the cut does.
    assert set(seen) == run
