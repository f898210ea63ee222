"""Trainings in the report."""

from pipeline.report.material import Material
from pipeline.report.training_section import folded, training_section
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import material_of


def test_phases_with_layers_and_curves(material: Material) -> None:
    (training,) = training_section(material)
    assert training["node"] == "Trainer"
    assert [phase["name"] for phase in training["phases"]] == ["head", "fine_tune"]
    assert len(training["charts"]) == 2


def test_frozen_layers_share_a_row() -> None:
    groups = [
        {"name": "head", "parameters": 5, "rate": 0.1},
        {"name": "top", "parameters": 7, "rate": None},
        {"name": "stem", "parameters": 3, "rate": None},
    ]
    assert folded(groups) == [groups[0], {"name": "stem to top", "parameters": 10, "rate": None}]
    assert folded(groups[:2]) == groups[:2]
    assert folded(groups[:1]) == groups[:1]


def test_trainings_of_old_and_of_several_trunks(own: Made) -> None:
    material = material_of(own)
    old = {"epochs": 1, "kept_epoch": 1, "eval_loss": 0.5, "eval_accuracy": 0.8, "head_rate": 0.1}
    trainings = [{"name": "head", **old}, {"name": "head", "node": "Trainer.other", **old}]
    material.summary["training"] = trainings
    found = training_section(material)
    assert [training["node"] for training in found] == ["Trainer", "Trainer.other"]
    assert all(training["charts"] == [] for training in found)
    del material.summary["training"]
    assert training_section(material) == []
