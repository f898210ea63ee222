"""The promise of the cached features: epochs of the frozen phase never run the trunk."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from components.backbone import get_backbone
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX
from components.trainer.model import TransferModel
from components.trainer.run_fn import _PhaseTrainer
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


@pytest.mark.parametrize(("unfreeze", "runs_the_trunk"), [("head", False), ("top", True)])
def test_frozen_phase_never_runs_the_trunk(
    tmp_path: Path, calls: list[str], unfreeze: str, runs_the_trunk: bool
) -> None:
    _stores(tmp_path, FEATURES_PREFIX, (1280,))
    _stores(tmp_path, ACTIVATIONS_PREFIX, (7, 7, 320))
    model = TransferModel(get_backbone("efficientnet_lite0"), "block_15", classes=2, dropout=0.2)
    phase = PhaseConfig(name="any", epochs=3, unfreeze=unfreeze, batch_size=4)
    fn_args: Any = SimpleNamespace(
        train_files=[str(tmp_path / "Split-train" / "*")],
        eval_files=[str(tmp_path / "Split-eval" / "*")],
        model_run_dir=str(tmp_path / "logs"),
    )
    calls.clear()  # building a functional model calls its layers once, on symbols
    _PhaseTrainer(fn_args, model, TrainerConfig(), phase, seed=1, classes=2).run(tmp_path / "any.npz")
    assert bool(calls) == runs_the_trunk
    # And where it does run, nothing below the cut does.
    assert set(calls) <= {"top_conv"}
