"""Trainer's node of a policy: TFX's own where there are pictures, else one that needs none."""

import json
from pathlib import Path
from typing import Any

import gymnasium
import pytest
from tfx.components import Trainer
from tfx.types import channel, standard_artifacts

from components.served import read_labels
from components.trainer.phases_file import read_phases
from components.trainer.policy import run_fn
from components.trainer.policy.component import RUN_FN, build
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.environment import EnvironmentConfig
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig
from tests.components.evaluator.told import artifact
from tests.components.trainer.policy.test_on_a_trunk import Colours
from tests.components.trainer.tiny import TinyBackbone

OTHER = "graft-tests/Painted-v0"
POLICY = PolicyConfig(rollout=2, episodes=4, phases=(PolicyPhaseConfig(name="only", steps=8),))
gymnasium.register(OTHER, Colours)


def _build(
    kind: str, checkpoints: str = "c", policy: PolicyConfig = POLICY, has_pictures: bool = False
) -> Any:
    kinds = (standard_artifacts.Examples, standard_artifacts.TransformGraph, standard_artifacts.Schema)
    names = ("examples", "transform_graph", "schema")
    given: dict[str, Any] = {
        name: channel.Channel(type=each) if has_pictures else None
        for name, each in zip(names, kinds, strict=True)
    }
    return build(
        *(policy, EnvironmentConfig(id=kind, count=4), BackboneConfig()),
        fingerprint="f",
        cut="top",
        seed=3,
        splits="a-way",
        checkpoints=checkpoints,
        **given,
    )


def test_both_nodes_hold_the_same_settings() -> None:
    whole, free = _build("graft/Decision-v0", has_pictures=True), _build("graft/Decision-v0")
    assert isinstance(whole, Trainer) and not free.inputs
    assert whole.exec_properties["run_fn"] == RUN_FN
    assert whole.inputs.keys() == {"examples", "transform_graph", "schema"}
    assert json.loads(whole.exec_properties["custom_config"]) == json.loads(
        free.exec_properties["custom_config"]
    )


def test_a_phase_that_unfreezes_less_than_the_one_before() -> None:
    phases = tuple(
        PolicyPhaseConfig(name=name, steps=1, unfreeze=each) for name, each in (("a", "top"), ("b", "head"))
    )
    with pytest.raises(InputError, match="^`policy.phases` must unfreeze from the top down"):
        _build(OTHER, policy=PolicyConfig(phases=phases))


@pytest.mark.slow
def test_trains_without_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_fn, "choose_backbone", lambda _: TinyBackbone())
    node = _build(OTHER, str(tmp_path / "checkpoints"))
    outputs = {
        "model": [artifact(standard_artifacts.Model, tmp_path / "model", 1)],
        "model_run": [artifact(standard_artifacts.ModelRun, tmp_path / "run", 2)],
    }
    node.executor_spec.executor_class().Do({}, outputs, dict(node.exec_properties))
    assert read_labels(str(tmp_path / "model" / "Format-Serving")) == ["0", "1", "2"]
    assert [phase["name"] for phase in read_phases(str(tmp_path / "run"))] == ["only"]
