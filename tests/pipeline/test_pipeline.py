"""The wiring: who hands what to whom where it depends on the config."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config, EnsembleConfig
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.data import DataConfig
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from pipeline.settings.tuner import TunerConfig
from pipeline.workspace import Workspace

HEADS = TrainerConfig(phases=(PhaseConfig(name="head", epochs=1),))
TOP = TrainerConfig(phases=(*HEADS.phases, PhaseConfig(name="fine_tune", epochs=1, unfreeze="top")))


def _nodes(
    tmp_path: Path,
    trainer: TrainerConfig,
    tuner: TunerConfig,
    weights: str = "imagenet",
    ensemble: EnsembleConfig = EnsembleConfig(),  # noqa: B008
) -> dict[str, Any]:
    from pipeline.pipeline import create_pipeline

    config = Config(
        data=DataConfig(source="solar_cells"),
        backbone=BackboneConfig(weights=weights),
        trainer=trainer,
        tuner=tuner,
        ensemble=ensemble,
    )
    return {node.id: node for node in create_pipeline(config, Workspace(tmp_path)).components}


def _settings(node: Any) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(node.exec_properties["custom_config"])
    return settings


@pytest.mark.parametrize(("trainer", "cut"), [(TOP, "block_15"), (HEADS, "top")])
def test_without_a_search_trainer_takes_its_config(tmp_path: Path, trainer: TrainerConfig, cut: str) -> None:
    nodes = _nodes(tmp_path, trainer, TunerConfig())
    assert "Tuner" not in nodes
    assert "hyperparameters" not in nodes["Trainer"].inputs
    assert nodes["Augment"].exec_properties["cut"] == _settings(nodes["Trainer"])["cut"] == cut


@pytest.mark.parametrize(
    ("tuner", "cut"),
    [
        (TunerConfig(trials=3, unfreeze=("10%", "block_12")), "block_11"),
        (TunerConfig(trials=3, search=("head",), unfreeze=("block_12",)), "block_15"),
    ],
)
def test_search_stands_between_augment_and_trainer(tmp_path: Path, tuner: TunerConfig, cut: str) -> None:
    nodes = _nodes(tmp_path, TOP, tuner)
    found = nodes["Tuner"].outputs["best_hyperparameters"]
    assert nodes["Trainer"].inputs["hyperparameters"] is found
    assert nodes["Tuner"].inputs["examples"] is nodes["Augment"].outputs["features"]
    cuts = [nodes["Augment"].exec_properties["cut"]]
    cuts += [_settings(nodes[node])["cut"] for node in ("Tuner", "Trainer")]
    assert cuts == [cut] * 3
    assert _settings(nodes["Tuner"])["tuner"] == tuner.model_dump(mode="json")


def test_search_needs_a_head_to_train(tmp_path: Path) -> None:
    deep = TrainerConfig(phases=(PhaseConfig(name="fine_tune", epochs=1, unfreeze="top"),))
    with pytest.raises(InputError, match="no phase of `trainer.phases` trains the head alone"):
        _nodes(tmp_path, deep, TunerConfig(trials=3))


def test_other_weights_in_the_same_file_are_a_change(tmp_path: Path) -> None:
    weights = tmp_path / "mine.weights.h5"
    found = []
    for content in (b"first", b"first", b"second"):
        weights.write_bytes(content)
        nodes = _nodes(tmp_path, TOP, TunerConfig(trials=3), str(weights))
        keys = [nodes["Augment"].exec_properties["fingerprint"]]
        found.append(keys + [_settings(nodes[node])["fingerprint"] for node in ("Tuner", "Trainer")])
    assert found[0] == found[1]
    assert not set(found[0]) & set(found[2])


def test_each_trunk_has_its_own_features_and_trainer(tmp_path: Path) -> None:
    joined = EnsembleConfig(backbones=("efficientnet_lite1",))
    nodes = _nodes(tmp_path, TOP, TunerConfig(trials=3), ensemble=joined)
    found, checkpoints = nodes["Tuner"].outputs["best_hyperparameters"], set()
    for suffix, trunk in (("", "efficientnet_lite0"), (".efficientnet_lite1", "efficientnet_lite1")):
        augment, trainer = nodes[f"Augment{suffix}"], nodes[f"Trainer{suffix}"]
        assert trainer.inputs["examples"] is augment.outputs["features"]
        assert trainer.inputs["hyperparameters"] is found
        assert json.loads(augment.exec_properties["backbone"])["name"] == trunk
        assert _settings(trainer)["backbone"]["name"] == trunk
        checkpoints.add(_settings(trainer)["checkpoints"])
    assert len(checkpoints) == 2
    assert nodes["Tuner"].inputs["examples"] is nodes["Augment"].outputs["features"]
    models = nodes["Ensemble"].inputs["models"].channels
    assert models == [nodes[node].outputs["model"] for node in ("Trainer", "Trainer.efficientnet_lite1")]
    for node in ("Evaluator", "LabelCheck", "Pusher"):
        assert nodes[node].inputs["model"] is nodes["Ensemble"].outputs["model"]
    assert nodes["LabelCheck"].inputs["features"] is nodes["Augment"].outputs["features"]


def test_a_good_model_does_not_wait_for_label_check(tmp_path: Path) -> None:
    nodes = _nodes(tmp_path, TOP, TunerConfig())
    assert nodes["Pusher"] in nodes["LabelCheck"].upstream_nodes
