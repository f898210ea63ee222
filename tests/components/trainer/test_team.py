"""Processes that train together: two of them end where one does, with the same checkpoints."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.trainer.cluster import Cluster
from components.trainer.team import Team, WorkerLostError, current_team, join
from pipeline.errors import InputError
from tests.components.trainer.tiny import write_tiny_stores
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
TWO = Cluster(("first:1", "second:1"), 0)


def test_one_alone_sums_nothing() -> None:
    with join(Cluster()):
        assert current_team() == Team()
        assert (current_team().is_chief, current_team().sum([3, 4])) == (True, [3, 4])
        assert current_team().from_chief(None, {}) is None


@pytest.mark.parametrize("rank", [0, 1])
def test_what_the_chief_has_is_what_all_get(rank: int) -> None:
    held = {
        "a": np.array([1.5, -np.inf, 3.0]),
        "b": np.array([[2**32 - 1]], np.uint32),
        "c": np.float32([[7.0]]),
    }
    sent = [tf.constant(each.astype(np.float64)) for each in held.values()]

    def adder(*tensors: Any) -> list[Any]:
        """What this process brings, and what the other one does."""
        others = [tf.constant(1)] if len(tensors) == 1 else sent
        return [one + other if rank else one for one, other in zip(tensors, others, strict=True)]

    found = Team(rank, 2, adder).from_chief(held if rank == 0 else None, like=held)
    assert found is not None
    for name, array in held.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_what_a_worker_has_counts_for_nothing() -> None:
    zeros = {"a": np.zeros(2)}
    assert Team(1, 2, lambda *tensors: list(tensors)).from_chief({"a": np.ones(2)}, like=zeros) is None


@pytest.mark.parametrize("rank", [0, 1])
def test_all_begin_with_the_weights_of_the_chief(rank: int) -> None:
    weight = keras.Variable([1.0, 2.0] if rank == 0 else [7.0, 7.0])
    sent = [0.0, 0.0] if rank == 0 else [1.0, 2.0]

    def adder(*tensors: Any) -> list[Any]:
        return [tf.constant(1)] if tensors[0].shape.rank == 0 else [tensors[0] + sent]

    Team(rank, 2, adder).align([weight])
    np.testing.assert_array_equal(np.array(weight), [1.0, 2.0])
    Team().align([weight])
    np.testing.assert_array_equal(np.array(weight), [1.0, 2.0])


def test_each_process_has_one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["gpu"] * 2)
    with pytest.raises(InputError, match="this process sees 2 GPUs"), join(TWO):
        pass


@pytest.mark.parametrize("kind", [tf.errors.UnavailableError, tf.errors.AbortedError])
def test_a_lost_machine_is_said_and_the_team_is_over(monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: None)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(WorkerLostError, match="a machine of the 2 that train together was lost"):
        with join(TWO):
            assert (current_team().rank, current_team().count) == (0, 2)
            raise kind(None, None, "Collective ops is aborted")
    assert (current_team(), signal.getsignal(signal.SIGTERM)) == (Team(), before)


# --------------------------------------------------------------------------------------------------
# Two processes
# --------------------------------------------------------------------------------------------------

_PROCESS = """
import json, os, sys
from pathlib import Path
import numpy as np
from components import progress
from components.trainer.cluster import cluster_of
from components.trainer.meeting import await_order, call_workers
from components.trainer.phases import train_phases
from components.trainer.team import current_team, join
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from tests.components.trainer.tiny import tiny_model, tiny_stores

root, out, cluster = Path(sys.argv[1]), Path(sys.argv[2]), cluster_of(os.environ)
if cluster.is_several:
    call_workers(cluster, {}) if cluster.is_chief else await_order(cluster, lambda: False)

def phase(name, unfreeze, **more):
    fields = {"head_rate": 0.03, "trunk_rate": 0.01, "batch_size": 23, "epochs": 3, **more}
    return PhaseConfig(name=name, unfreeze=unfreeze, **fields)

class Killer:
    def on_progress(self, activity, done, total):
        if (activity, done) == ("deep", 5):
            raise KeyboardInterrupt

    def on_announcement(self, text):
        pass

def train(config, checkpoints):
    model = tiny_model(config)
    folder = checkpoints if current_team().is_chief else None
    results = train_phases(model, config, lambda each: tiny_stores(root, each), 5, None, folder)
    np.savez(out / f"{checkpoints.name}.npz", *model.whole.get_weights())
    return [result.eval_loss for result in results], [result.head_rate for result in results]

found = phase("head", "head", find_rate=True)
exact = TrainerConfig(dropout=0, mixup=0.3, averaging="ema", phases=[found, phase("deep", "top")])
noisy = TrainerConfig(dropout=0.5, phases=[phase("deep", "top")])
with join(cluster):
    told = [train(exact, out / "exact")]
    if cluster.is_several:
        told.append(train(noisy, out / "straight"))
        try:
            with progress.listening(Killer()):
                train(noisy, out / "killed")
        except KeyboardInterrupt:
            pass
        told.append(train(noisy, out / "killed"))
print(json.dumps(told))
"""


def _start(root: Path, out: Path, cluster: list[str] | None = None, rank: int = 0) -> subprocess.Popen[str]:
    out.mkdir()
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "GRAFT_CLUSTER_WAIT": "120"}
    if cluster:
        task = {"type": "worker", "index": rank}
        environment["TF_CONFIG"] = json.dumps({"cluster": {"worker": cluster}, "task": task})
    command = [sys.executable, "-c", _PROCESS, str(root), str(out)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def _weights(out: Path, name: str) -> list[np.ndarray]:
    with np.load(out / f"{name}.npz") as arrays:
        return list(arrays.values())


@pytest.mark.slow
def test_two_processes_train_as_one(tmp_path: Path) -> None:
    write_tiny_stores(tmp_path)
    cluster = [f"localhost:{free_port()}" for _ in range(2)]
    outs = alone, chief, worker = [tmp_path / name for name in ("alone", "chief", "worker")]
    processes = [
        _start(tmp_path, alone),
        *(_start(tmp_path, out, cluster, rank) for rank, out in enumerate(outs[1:])),
    ]
    told = []
    for process in processes:
        answer, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        told.append(json.loads(answer.splitlines()[-1]))
    # 24 pictures in batches of 23: the worker's share of every second batch is empty.
    for one, two in zip(_weights(alone, "exact"), _weights(chief, "exact"), strict=True):
        np.testing.assert_allclose(two, one, atol=1e-5)
    assert told[1][0] == [pytest.approx(values, rel=1e-4) for values in told[0][0]]
    assert told[1] == told[2]
    for name in ("exact", "straight", "killed"):
        for one, two in zip(_weights(chief, name), _weights(worker, name), strict=True):
            np.testing.assert_array_equal(one, two)
    for straight, resumed in zip(_weights(chief, "straight"), _weights(chief, "killed"), strict=True):
        np.testing.assert_array_equal(straight, resumed)
    assert told[1][1] == told[1][2]
    # Checkpoints and the sweep are the chief's alone; these are what the test itself wrote.
    assert {path.name for path in worker.iterdir()} == {"exact.npz", "killed.npz", "straight.npz"}
    assert {path.name for path in (chief / "killed").iterdir()} == {"deep.npz"}
