"""The promise of a phase: what it does not unfreeze is neither run below the cut nor moved by one bit."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from components.backbone import get_backbone
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX
from components.trainer.model import TransferModel
from components.trainer.run_fn import PhaseResult, _PhaseTrainer
from pipeline.config import PhaseConfig, TrainerConfig
from tests.components.stores import records_of, write_shards

pytestmark = pytest.mark.slow


def _stores(root: Path, prefix: str, shape: tuple[int, ...]) -> None:
    for split in ("train", "eval"):
        records = records_of([0, 1] * 4, views=2, width=int(np.prod(shape)))
        shaped = [(name, label, array.reshape(2, *shape)) for name, label, array in records]
        write_shards(root / f"Split-{split}", [shaped], prefix)


def _counted(original: Any, seen: list[str]) -> Any:
    # Keras reads the names of a call's arguments: they stay.
    def call(self: Any, inputs: Any) -> Any:
        seen.append(self.name)
        return original(self, inputs)

    return call


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the trunk's layers, one for each time that a layer is run or traced into a graph."""
    seen: list[str] = []
    import keras

    for kind in (keras.layers.Conv2D, keras.layers.DepthwiseConv2D):
        monkeypatch.setattr(kind, "call", _counted(kind.call, seen))
    return seen


def _train(root: Path, model: TransferModel, unfreeze: str) -> PhaseResult:
    phase = PhaseConfig(name="any", epochs=3, unfreeze=unfreeze, batch_size=4)
    fn_args: Any = SimpleNamespace(
        train_files=[str(root / "Split-train" / "*")],
        eval_files=[str(root / "Split-eval" / "*")],
        model_run_dir=str(root / "logs"),
    )
    return _PhaseTrainer(fn_args, model, TrainerConfig(), phase, seed=1, classes=2).run(root / "any.npz")


@pytest.mark.parametrize(("unfreeze", "runs_the_trunk"), [("head", False), ("top", True)])
def test_frozen_phase_never_runs_the_trunk(
    tmp_path: Path, calls: list[str], unfreeze: str, runs_the_trunk: bool
) -> None:
    _stores(tmp_path, FEATURES_PREFIX, (1280,))
    _stores(tmp_path, ACTIVATIONS_PREFIX, (7, 7, 320))
    model = TransferModel(get_backbone("efficientnet_lite0"), "block_15", classes=2, dropout=0.2)
    calls.clear()  # building a functional model calls its layers once, on symbols
    _train(tmp_path, model, unfreeze)
    assert bool(calls) == runs_the_trunk
    # And where it does run, nothing below the cut does.
    assert set(calls) <= {"top_conv"}


def _snapshot(model: TransferModel) -> dict[str, np.ndarray]:
    return {variable.path: np.array(variable) for variable in (*model.trunk.variables, *model.head.weights)}


HEAD = {"head/logits/kernel", "head/logits/bias"}
TOP = {*HEAD, "top_conv/kernel"}


@pytest.mark.parametrize(
    ("cut", "shape", "unfreeze", "unfrozen"),
    [
        ("block_15", (7, 7, 320), "head", HEAD),
        ("block_13", (7, 7, 192), "head", HEAD),
        ("block_15", (7, 7, 320), "top", TOP),
        # The cut is deeper than this phase goes: what lies between is run, and frozen.
        ("block_13", (7, 7, 192), "top", TOP),
        (
            "block_13",
            (7, 7, 192),
            "block_15",
            {*TOP, *(f"block_15_{part}_conv/kernel" for part in ("expand", "depthwise", "project"))},
        ),
    ],
)
def test_phase_moves_what_it_unfreezes_and_nothing_else(
    tmp_path: Path, cut: str, shape: tuple[int, ...], unfreeze: str, unfrozen: set[str]
) -> None:
    _stores(tmp_path, FEATURES_PREFIX, (1280,))
    _stores(tmp_path, ACTIVATIONS_PREFIX, shape)
    model = TransferModel(get_backbone("efficientnet_lite0"), cut, classes=2, dropout=0.2)
    before = _snapshot(model)
    result = _train(tmp_path, model, unfreeze)
    after = _snapshot(model)
    assert result.kept_epoch > 0, "the weights would be those it began with"
    assert len(before) == 2 + len(model.trunk.variables)
    moved = {path for path, value in before.items() if not np.array_equal(value, after[path])}
    assert moved == unfrozen
