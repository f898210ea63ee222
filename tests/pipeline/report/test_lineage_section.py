"""Lineage in the report."""

import pytest

from pipeline.report import lineage_section as module
from pipeline.report.lineage_section import lineage_section
from pipeline.report.material import Material
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import material_of


def test_steps_stand_in_the_order_of_the_flow(material: Material) -> None:
    found = lineage_section(material)
    assert found["root"]["type"] == "PushedModel"
    assert [row["node"] for row in found["back"]] == ["ImageExampleGen", "Trainer", "Pusher"]
    assert found["forward"] == []
    made = found["back"][0]["made"]
    assert [(each["name"], each["is_there"]) for each in made] == [("examples", True), ("quarantine", True)]
    assert made[0]["place"].startswith("artifacts/ImageExampleGen/examples/")
    assert found["back"][1]["used"][0]["id"] == made[0]["id"]


def test_what_was_not_pushed_is_followed_from_its_evaluation(own: Made) -> None:
    material = material_of(own)
    material.made["Pusher.pushed_model"].properties.clear()
    found = lineage_section(material)
    assert found["root"]["type"] == "ModelEvaluation"
    assert [row["node"] for row in found["back"]] == ["ImageExampleGen", "Trainer", "Evaluator"]


def test_long_histories_are_cut_and_that_is_told(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_STEPS", 2)
    found = lineage_section(material)
    assert [row["node"] for row in found["back"]] == ["Trainer", "Pusher"]
    assert found["more"] == 1


def test_without_metadata_there_is_none(own: Made) -> None:
    own.workspace.metadata.unlink()
    assert lineage_section(material_of(own)) == {}
