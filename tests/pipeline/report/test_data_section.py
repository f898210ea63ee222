"""The data in the report."""

import shutil

import pytest

from pipeline.report import data_section as module
from pipeline.report.data_section import data_section, views_section
from pipeline.report.material import Material
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import QUOTES, SCRIPT, material_of, path_of


def test_classes_by_split(material: Material) -> None:
    found = data_section(material)
    assert [(row["label"], row["total"]) for row in found["classes"]] == [(SCRIPT, 36), ("cat", 36)]
    assert found["all"] == {"total": 72, "counts": [(24, 1 / 3)] * 3}


def test_what_was_set_aside_is_seen(material: Material) -> None:
    found = data_section(material)
    assert found["quarantined"] == 1
    (aside,) = found["aside"]
    assert (aside["path"], aside["reason"]) == (QUOTES, SCRIPT)
    assert aside["source"].startswith("data:")


def test_contact_sheet_holds_some_of_each_class(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = data_section(material)["sheet"]
    assert [(row["label"], row["total"], len(row["pictures"])) for row in sheet["rows"]] == [
        (SCRIPT, 12, 8),
        ("cat", 12, 8),
    ]
    assert sheet["rows"][1]["pictures"][0]["path"] == path_of("cat", 0)
    monkeypatch.setattr(module, "_CLASSES_SHOWN", 1)
    sheet = data_section(material)["sheet"]
    assert ([row["label"] for row in sheet["rows"]], sheet["more"]) == ([SCRIPT], 1)


def test_class_that_was_not_met_in_time_is_counted(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = material.summary["data"]["counts"]["train"]
    monkeypatch.setitem(counts, "ghost", 7)
    monkeypatch.setitem(counts, "only in test", 0)
    sheet = data_section(material)["sheet"]
    assert ([row["label"] for row in sheet["rows"]], sheet["more"]) == ([SCRIPT, "cat"], 1)


def test_views_are_shown_by_their_names(material: Material) -> None:
    (row,) = views_section(material)
    assert row["label"] == "cat"
    assert [view["name"] for view in row["views"]] == ["plain", "random 1"]
    assert all(view["source"].startswith("data:") for view in row["views"])


def test_what_is_gone_is_not_shown(own: Made) -> None:
    for output in ("Augment.features", "ImageExampleGen.examples", "ImageExampleGen.quarantine"):
        shutil.rmtree(own.uri(output))
    material = material_of(own)
    found = data_section(material)
    assert views_section(material) == found["sheet"]["rows"] == []
    assert found["aside"][0]["source"] is None
    material.summary["data"] = {}
    assert data_section(material) == {}
