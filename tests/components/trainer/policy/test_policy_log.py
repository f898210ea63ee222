"""TensorBoard's files of a policy's phase."""

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from components.trainer.model import LayerGroup
from components.trainer.policy.curve import COLUMNS
from components.trainer.policy.policy_log import PolicyLog
from pipeline.settings.policy import PolicyPhaseConfig

PHASE = PolicyPhaseConfig(name="head", steps=10)
GROUPS = [LayerGroup(name, (), (), rate) for name, rate in (("head", 1e-2), ("top", 1e-3), ("stem", None))]


def test_tensorboard_reads_the_curve_and_the_rates(tmp_path: Path) -> None:
    with PolicyLog(str(tmp_path), PHASE, GROUPS, updates=8) as log:
        for place in range(2):
            figures = {name: float(place) for name in COLUMNS}
            log.write({**figures, "observed": 100.0 + place, "kl": None if place == 0 else 0.5}, place * 4)
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    found = {
        tag: [(event.step, float(make_ndarray(event.tensor_proto))) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }
    assert found.keys() == {*COLUMNS, "rate/head", "rate/top"}
    assert found["eval_return"] == [(100, 0), (101, 1)]
    assert found["kl"] == [(101, 0.5)]
    assert found["rate/top"] == [(100, pytest.approx(1e-3)), (101, pytest.approx(5e-4))]


def test_without_a_folder_it_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with PolicyLog(None, PHASE, GROUPS, updates=8) as log:
        log.write(dict.fromkeys(COLUMNS, 1.0), 0)
    assert not list(tmp_path.iterdir())
