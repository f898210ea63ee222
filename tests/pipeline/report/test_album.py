"""Which pictures stand in the report: mistakes before right answers, and never more than fit."""

import shutil
from pathlib import Path

import pytest

from pipeline.report import album
from pipeline.report.album import make_album, mistakes
from pipeline.report.material import Material
from pipeline.settings.environment import GLIMPSE
from tests.components.evaluator.made import answers_of
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import SCRIPT, material_of, path_of
from tests.pipeline.report.left_policy import leave_policy, policy_material


def wrong_paths() -> set[str]:
    return {path_of(label, number) for label in ("cat", SCRIPT) for number in range(3)}


def test_all_are_shown_where_there_is_room(material: Material) -> None:
    found = make_album(material)
    assert len(found.shown) == 24
    assert all(source.startswith("data:image/webp;base64,") for source in found.shown.values())
    assert set(list(found.shown)[:6]) == wrong_paths(), "those that cost a bound come first"


@pytest.mark.parametrize(("limit", "value"), [("MOST_PICTURES", 8), ("MOST_BYTES", 8 * 900)])
def test_what_does_not_fit_is_left_out(
    material: Material, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(album, limit, value)
    found = make_album(material)
    assert 6 < len(found.shown) < 12
    assert wrong_paths() < set(found.shown)


def test_without_the_pictures_none_are_shown(own: Made) -> None:
    shutil.rmtree(own.uri("ImageExampleGen.examples"))
    found = make_album(material_of(own))
    assert (found.shown, found.is_there) == ({}, False)


def test_of_a_policy_the_chosen_episodes_are_shown(decision: Material, tmp_path: Path) -> None:
    assert len(make_album(decision).shown) == 12
    made = leave_policy(tmp_path, GLIMPSE)
    found = make_album(policy_material(made))
    assert len(found.shown) == 14, "6 wrong and 8 right ones, the longest among them"
    (made.uri("Evaluator.evaluation") / "episodes.jsonl").unlink()
    assert make_album(policy_material(made)).shown == {}


def test_mistakes_are_told_with_the_surest_first() -> None:
    import numpy as np

    chances = np.array([[0.6, 0.4], [0.1, 0.9], [0.2, 0.8], [0.7, 0.3]])
    found = mistakes(answers_of([1, 0, 1, 2], chances))
    assert [(each["path"], each["answer"]) for each in found] == [
        ("1.jpg", "b"),
        ("3.jpg", "a"),
        ("0.jpg", "a"),
    ]
    assert [each["of_label"] for each in found] == pytest.approx([0.1, None, 0.4])
