"""What the machine offers: precision, and several devices."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.trainer.precision import computing_in, replicas, resolve_precision

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("gpus", "expected"), [(0, "float32"), (1, "mixed_float16"), (4, "mixed_float16")])
def test_auto_looks_for_a_gpu(monkeypatch: pytest.MonkeyPatch, gpus: int, expected: str) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["gpu"] * gpus)
    assert resolve_precision("auto") == expected
    assert resolve_precision("mixed_bfloat16") == "mixed_bfloat16"


@pytest.mark.parametrize(("gpus", "expected"), [(0, False), (1, False), (2, True)])
def test_several_gpus_are_all_used(monkeypatch: pytest.MonkeyPatch, gpus: int, expected: bool) -> None:
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["gpu"] * gpus)
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda: "mirrored")
    assert (replicas() == "mirrored") == expected


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_layers_compute_in_half_inside_of_the_block_alone(policy: str) -> None:
    layer = keras.layers.Dense(3)
    numbers = np.random.default_rng(1).normal(size=(2, 4)).astype(np.float32)
    whole = layer(numbers)
    with pytest.raises(KeyboardInterrupt), computing_in(policy, [layer]):
        half = layer(numbers)
        assert half.dtype == policy.removeprefix("mixed_")
        assert layer.kernel.dtype == "float32"
        raise KeyboardInterrupt
    np.testing.assert_array_equal(layer(numbers), whole)
    assert not np.array_equal(tf.cast(half, tf.float32), whole)


_TWO_DEVICES = """
import json, sys
from pathlib import Path
import tensorflow as tf

halves = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], halves)
from components.trainer.logits import logits_of
from components.trainer.phases import train_phases
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from tests.components.trainer.tiny import tiny_model, tiny_stores, write_tiny_stores

root, phase = Path(sys.argv[1]), {"head_rate": 0.03, "trunk_rate": 0.01, "batch_size": 8, "epochs": 2}
write_tiny_stores(root)
config = TrainerConfig(
    dropout=0, averaging="ema", phases=[PhaseConfig(name="deep", unfreeze="top", **phase)]
)
answers = []
for name, strategy in (
    ("one", tf.distribute.get_strategy()),
    ("two", tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])),
):
    with strategy.scope():
        model = tiny_model(config)
        stores = lambda phase: tiny_stores(root, phase)
        (result,) = train_phases(model, config, stores, 5, str(root / name), root / name)
    logits = logits_of(model.trained_by("top"), stores(config.phases[0])[1], 1, 8)
    weights = [weight.tolist() for weight in model.whole.get_weights()]
    answers.append([strategy.num_replicas_in_sync, result.eval_loss, weights, logits.tolist()])
print(json.dumps(answers))
"""


@pytest.mark.slow
def test_two_devices_train_as_one(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", _TWO_DEVICES, str(tmp_path)]
    environment: dict[str, Any] = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    run = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    one, two = json.loads(run.stdout.splitlines()[-1])
    assert (one[0], two[0]) == (1, 2)
    assert two[1] == pytest.approx(one[1], rel=1e-4)
    for left, right in zip(one[2], two[2], strict=True):
        np.testing.assert_allclose(left, right, atol=1e-4)
    np.testing.assert_allclose(one[3], two[3], atol=1e-3)
