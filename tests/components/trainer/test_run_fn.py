"""Trainer's hook, the whole of it on a small model."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components.trained_splits import read_splits
from components.trainer import phases_file, run_fn
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import TrainerConfig
from tests.components.trainer.head_only import PHASE, HeadOnly, fn_args_of, write_stores


@pytest.fixture
def fn_args(tmp_path: Path) -> Any:
    write_stores(tmp_path)
    return fn_args_of(tmp_path)


class _Transform:
    def __init__(self, _: str) -> None:
        pass

    def vocabulary_by_name(self, _: str) -> list[bytes]:
        return [b"a", b"b", b"c"]


def _run(fn_args: Any, monkeypatch: pytest.MonkeyPatch, seed: int, ambient: int) -> list[np.ndarray]:
    """The weights that `run_fn` ends with, in a process whose generators stand at `ambient`."""
    models: list[HeadOnly] = []

    def export(model: HeadOnly, *_: Any) -> None:
        models.append(model)

    monkeypatch.setattr(run_fn.tft, "TFTransformOutput", _Transform)
    monkeypatch.setattr(run_fn, "build_classifier", HeadOnly)
    monkeypatch.setattr(run_fn, "export", export)
    config = TrainerConfig(phases=(PHASE.model_copy(update={"epochs": 2}),))
    fn_args.custom_config |= {"trainer": config.model_dump(mode="json"), "seed": seed}
    fn_args.custom_config |= {"backbone": BackboneConfig().model_dump(mode="json"), "cut": "top"}
    fn_args.transform_output = "unused"
    fn_args.serving_model_dir = str(Path(fn_args.model_run_dir).parent / "served")
    keras.utils.set_random_seed(ambient)
    run_fn.run_fn(fn_args)
    (model,) = models
    weights: list[np.ndarray] = model.head.get_weights()
    return weights


def test_run_fn_follows_from_the_seed_alone(fn_args: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one, same, other = (
        _run(fn_args, monkeypatch, seed, ambient) for seed, ambient in ((1, 10), (1, 20), (2, 10))
    )
    for left, right in zip(one, same, strict=True):
        np.testing.assert_array_equal(left, right)
    assert not np.array_equal(one[0], other[0])


def test_run_fn_leaves_results_weights_and_no_checkpoint(
    fn_args: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints = Path(fn_args.custom_config["checkpoints"])
    abandoned = checkpoints / "training-with-another-rate"
    abandoned.mkdir(parents=True)
    _run(fn_args, monkeypatch, seed=1, ambient=10)
    logs = Path(fn_args.model_run_dir)
    (phase,) = json.loads((logs / phases_file.FILE).read_text())
    figures = {"name", "epochs", "kept_epoch", "eval_loss", "eval_accuracy", "head_rate"}
    assert phase.keys() == {*figures, "history", "layers"}
    assert (phase["name"], phase["epochs"]) == ("head", 2)
    assert phase["kept_epoch"] == 2
    assert (logs / phases_file.WEIGHTS_FILE).exists()
    assert not checkpoints.exists()
    assert read_splits(fn_args.serving_model_dir) == "a-way"


def test_model_is_built_and_trained_on_all_devices(fn_args: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    strategy = run_fn.tf.distribute.OneDeviceStrategy("CPU:0")
    monkeypatch.setattr(run_fn, "replicas", lambda: strategy)
    phases: list[Any] = []

    def train_phases(model: HeadOnly, *_: Any) -> list[Any]:
        phases.append((model.head.distribute_strategy, run_fn.tf.distribute.get_strategy()))
        return []

    monkeypatch.setattr(run_fn, "train_phases", train_phases)
    _run(fn_args, monkeypatch, seed=1, ambient=10)
    assert phases == [(strategy, strategy)]
