"""TensorBoard's files: losses, accuracies, and the rate that each group ended the epoch with."""

from pathlib import Path

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from components.feature_store import FEATURES_PREFIX, open_store
from components.trainer.model import LayerGroup
from components.trainer.phase import PhaseTrainer
from components.trainer.rate_log import RateLog
from pipeline.settings.trainer import TrainerConfig
from tests.components.trainer.head_only import PHASE, SEED, HeadOnly, write_stores


def _group(name: str, rate: float | None) -> LayerGroup:
    return LayerGroup(name, (), (), rate)


def test_rates_follow_the_schedule_and_frozen_groups_have_none() -> None:
    phase = PHASE.model_copy(update={"schedule": "constant", "warmup_share": 0.5})
    log = RateLog(phase, [_group("head", 1e-2), _group("top", 1e-3), _group("stem", None)], steps=10)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD())
    log.set_model(model)
    for step, share in ((0, 0), (2, 0.4), (5, 1), (10, 1)):
        model.optimizer.iterations.assign(step)
        logs = {"loss": 1.0}
        log.on_epoch_end(0, logs)
        expected = {"loss": 1.0, "rate/head": share * 1e-2, "rate/top": share * 1e-3}
        assert logs == pytest.approx(expected, rel=1e-6)


def test_tensorboard_reads_them(tmp_path: Path) -> None:
    write_stores(tmp_path)
    stores = [open_store(str(tmp_path / f"Split-{split}"), FEATURES_PREFIX) for split in ("train", "eval")]
    logs = tmp_path / "logs"
    trainer = PhaseTrainer(HeadOnly(), TrainerConfig(), PHASE, *stores, SEED, str(logs))  # type: ignore[arg-type]
    result = trainer.run(tmp_path / "head.npz")
    events = EventAccumulator(str(logs / "train")).Reload()
    tags = events.Tags()["tensors"]
    assert {"epoch_loss", "epoch_accuracy", "epoch_rate/head"} <= set(tags)
    rates = [float(make_ndarray(event.tensor_proto)) for event in events.Tensors("epoch_rate/head")]
    assert len(rates) == result.epochs
    assert rates[0] > rates[-1] == pytest.approx(0, abs=1e-6), "half a cosine"
    judged = EventAccumulator(str(logs / "validation")).Reload()
    losses = [float(make_ndarray(event.tensor_proto)) for event in judged.Tensors("epoch_loss")]
    np.testing.assert_allclose(losses, [epoch["eval_loss"] for epoch in result.history], rtol=1e-6)
