"""Episodes in the report: as pictures with the window's way over them, or in figures."""

from pathlib import Path

from pipeline.report.album import NO_PICTURES, make_album
from pipeline.report.episodes_section import episodes_section
from pipeline.report.material import Material
from pipeline.settings.environment import GLIMPSE
from tests.pipeline.report.left_policy import OTHER, leave_policy, policy_material


def test_decisions_are_shown_with_their_pictures(decision: Material) -> None:
    album = make_album(decision)
    found = episodes_section(decision, album)
    assert (found["total"], found["chart"], found["rows"]) == (24, None, [])
    shown = [each for group in found["groups"] for each in group["pictures"]]
    assert len(shown) == len(album.shown) == 12
    assert all(each["source"].startswith("data:image/webp") and each["way"] is None for each in shown)


def test_glimpses_have_their_way(tmp_path: Path) -> None:
    material = policy_material(leave_policy(tmp_path, GLIMPSE))
    found = episodes_section(material, NO_PICTURES)
    assert [group["title"] for group in found["groups"]] == ["Wrong", "Right", "The longest"]
    shown = [each for group in found["groups"] for each in group["pictures"]]
    assert all(each["way"]["side"] == 40 and each["source"] is None for each in shown)


def test_other_environments_have_a_chart_and_a_table(tmp_path: Path) -> None:
    material = policy_material(leave_policy(tmp_path, OTHER, pictures=60))
    found = episodes_section(material, NO_PICTURES)
    assert found["groups"] == []
    assert found["chart"].startswith("<svg")
    rewards = [row.reward for row in found["rows"]]
    assert rewards == sorted(rewards)
    assert (len(rewards), found["more"]) == (100, 20)


def test_episodes_that_are_gone(tmp_path: Path) -> None:
    made = leave_policy(tmp_path)
    (made.uri("Evaluator.evaluation") / "episodes.jsonl").write_text("{")
    material = policy_material(made)
    assert [text.partition(" (")[0] for text in material.missing] == ["what it did in each episode"]
    assert episodes_section(material, NO_PICTURES)["total"] is None
