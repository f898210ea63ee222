"""What a run reached, in the report."""

from typing import Any

import pytest

from pipeline.report.album import NO_PICTURES, Album
from pipeline.report.evaluation_section import (
    MOST_SLICES,
    bar,
    calibration_section,
    class_rows,
    comparison_section,
    costly_pictures,
    gate_rows,
    key_figures,
    mistake_section,
    shown_slices,
    slice_rows,
    verdict_section,
)
from pipeline.report.material import Material
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import SCRIPT, material_of, path_of


def test_verdict_says_why_not(material: Material) -> None:
    found = verdict_section(material)
    assert (found["heading"], found["is_blessed"]) == ("Not blessed, nothing pushed", False)
    assert found["reasons"] == ["accuracy on overall is 0.7500, must be at least 0.9900"]


@pytest.mark.parametrize(
    ("status", "is_blessed", "heading"),
    [
        ("pushed", True, "Blessed, and pushed"),
        ("stopped", True, "Blessed, but stopped before it was pushed"),
        ("failed", False, "Failed"),
    ],
)
def test_other_verdicts(own: Made, status: str, is_blessed: bool, heading: str) -> None:
    material = material_of(own)
    material.summary.update(status=status, blessing={"blessed": is_blessed, "reasons": []})
    assert verdict_section(material)["heading"] == heading


def test_key_figures_have_intervals(material: Material) -> None:
    found = {each["name"]: each for each in key_figures(material.evaluation)}
    assert list(found) == ["Accuracy", "Macro F1", "AUC", "Log loss", "Calibration error"]
    assert found["Accuracy"]["value"] == 0.75
    low, high = found["Accuracy"]["interval"]
    assert low < 0.75 < high
    assert found["Calibration error"]["interval"] is None
    assert found["Calibration error"]["most"] > 0


def test_class_that_nothing_is_known_of_has_no_figures(own: Made) -> None:
    material = material_of(own)
    missed = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 9}
    ends = {"precision": [0.0, 1.0], "recall": [0.0, 0.3], "f1": [0.0, 0.4]}
    nothing = {**missed, "support": 0, "intervals": {name: [0.0, 1.0] for name in ends}}
    material.evaluation["per_class"].update(missed={**missed, "intervals": ends}, ghost=nothing)
    rows = {row["name"]: row for row in class_rows(material.evaluation)}
    found = {name: [rows[name][score] for score in ends] for name in ("missed", "ghost")}
    assert found == {"missed": [None, 0.0, 0.0], "ghost": [None, None, None]}
    assert rows["missed"]["bar"] and rows["ghost"]["bar"] is None


def test_rows_of_slices_and_classes_have_bars(material: Material) -> None:
    slices = slice_rows(material.evaluation)
    assert slices[0]["name"] == "overall"
    assert len(slices) == 3
    assert min(row["bar"]["left"] for row in slices) == 0
    assert [row["name"] for row in class_rows(material.evaluation)] == ["cat", SCRIPT]


def test_of_thousands_of_slices_the_largest_are_shown() -> None:
    slices = {f"sender={number}": {"examples": number} for number in range(MOST_SLICES + 5)}
    found = shown_slices({"examples": 1, "slices": slices})
    assert list(found)[:2] == ["overall", "sender=5"]
    assert len(found) == 1 + MOST_SLICES


def test_bar_stands_between_the_lowest_end_and_one() -> None:
    assert bar(0.75, (0.5, 1.0), 0.5) == {"left": 0, "at": 50, "width": 100}
    assert bar(1.0, (1.0, 1.0), 1.0) == {"left": 0, "at": 0, "width": 0}


def test_gates_that_failed_come_first_with_what_cost_them(material: Material) -> None:
    wanted = path_of("cat", 2)
    rows = gate_rows(material, Album({wanted: "data:small"}, {wanted: "data:laid"}, is_there=True))
    assert [row["state"] for row in rows] == ["failed", "not_judged", "held", "held"]
    assert rows[2]["what"] == "recall of cat"
    assert rows[0]["rule"] == "at least 0.9900"
    seen = {each["path"]: each for each in rows[0]["pictures"]}
    assert len(seen) == 6
    assert (seen[wanted]["source"], seen[wanted]["overlay"]) == ("data:small", "data:laid")
    assert seen[path_of("cat", 1)]["source"] is None


def test_pictures_that_cost_several_gates_are_shown_once() -> None:
    def gate(reason: str, *paths: str) -> dict[str, Any]:
        return {"reason": reason, "pictures": [{"path": path} for path in paths]}

    gates = [gate("one", "a", "b"), gate("two", "a", "b"), gate("three", "a"), gate("four")]
    found, more = costly_pictures(gates)
    assert more == 0
    assert [each["reasons"] for each in found] == [["one", "two"], ["three"]]
    assert found[0]["pictures"] == [{"path": "a"}, {"path": "b"}]
    many, more = costly_pictures([gate(str(number), str(number)) for number in range(8)])
    assert (len(many), more) == (6, 2)


def test_mistakes_are_shown_or_known_to_be_gone(material: Material, own: Made) -> None:
    found = mistake_section(material, NO_PICTURES)
    assert (len(found["pictures"]), found["total"]) == (6, 6)
    (own.uri("Evaluator.evaluation") / "answers" / "answers.parquet").write_bytes(b"")
    assert mistake_section(material_of(own), NO_PICTURES) == {"pictures": [], "total": None}


def test_calibration_with_its_bins(material: Material) -> None:
    found = calibration_section(material.evaluation)
    assert found["line"].startswith("calibration: expected error ")
    assert found["chart"].startswith("<svg")
    for each in found["bins"]:
        low, high = each["band"]
        assert 0 <= low <= high <= 1
    bare: dict[str, Any] = {**material.evaluation["calibration"], "bins": []}
    assert calibration_section({"calibration": bare})["chart"] is None


def test_comparison_shows_what_was_won_and_lost(material: Material, own: Made) -> None:
    found = comparison_section(material, {path_of("cat", 1): "data:small"})
    assert found["line"].startswith("against the last blessed model: 4 won, 4 lost")
    assert {"path": path_of("cat", 1), "source": "data:small"} in found["flips"]["lost"]
    alone = material_of(own)
    alone.evaluation["comparison"] = {}
    assert comparison_section(alone, {}) == {}
