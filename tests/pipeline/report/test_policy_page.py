"""The page of a policy: its own sections, none of a classifier's, everything escaped, nothing loaded."""

import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.report.material import Material
from pipeline.report.page import render
from pipeline.settings.environment import DECISION, GLIMPSE
from tests.pipeline.report.left import SCRIPT
from tests.pipeline.report.left_policy import OTHER, leave_policy, policy_material
from tests.pipeline.report.test_page import Outline

SECTIONS = {
    DECISION: [
        *("verdict", "data", "views", "training", "returns", "answers", "rivals"),
        *("episodes", "gates", "lineage", "reproduce"),
    ],
    GLIMPSE: [
        *("verdict", "data", "training", "returns", "answers", "rivals"),
        *("episodes", "gates", "lineage", "reproduce"),
    ],
    OTHER: ["verdict", "training", "returns", "rivals", "episodes", "gates", "lineage", "reproduce"],
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    roots = {environment: tmp_path_factory.mktemp("policy") for environment in SECTIONS}
    return {name: render(policy_material(leave_policy(root, name))) for name, root in roots.items()}


@pytest.mark.parametrize("environment", SECTIONS)
def test_sections_are_those_that_apply(pages: dict[str, str], environment: str) -> None:
    outline = Outline(pages[environment])
    assert [section["id"] for section in outline.all("section")] == SECTIONS[environment]
    links = [str(link["href"]) for link in outline.all("a")]
    assert links[1 : 1 + len(SECTIONS[environment])] == [f"#{name}" for name in SECTIONS[environment]]
    for absent in ("Calibration", "Confusion", "F1", "Surest mistakes", "matrix-data", "Labels to look at"):
        assert f">{absent}" not in pages[environment], absent


@pytest.mark.parametrize("environment", SECTIONS)
def test_page_can_be_listened_to_and_loads_nothing(pages: dict[str, str], environment: str) -> None:
    outline = Outline(pages[environment])
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(str(link["href"])[1:] in ids for link in outline.all("a"))
    assert all(image.get("alt") for image in outline.all("img"))
    assert all(cell.get("scope") in ("row", "col") for cell in outline.all("th"))
    for drawing in outline.all("svg"):
        assert drawing.get("aria-label") or drawing.get("aria-hidden") == "true"
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for tag, attributes in outline.elements:
        source = attributes.get("src")
        assert source is None or source.startswith("data:image/webp;base64,")
        assert not [name for name in attributes if name.startswith("on")], tag


@pytest.mark.parametrize("environment", SECTIONS)
def test_names_from_the_data_are_text(pages: dict[str, str], environment: str) -> None:
    assert SCRIPT not in pages[environment]
    assert "<img src=x" not in pages[environment]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[environment]


def test_costs_savings_and_episodes_are_told(pages: dict[str, str]) -> None:
    page = pages[DECISION]
    for words in (
        "Cost per 1,000 pictures",
        "Share asked of a person",
        "10 each: 30",
        "What it saves",
        "argmax of the classifier",
        "the last blessed policy",
        "which costs 1,000 more per 1,000 pictures",
        "What cost most",
        "</b>, asked at",
        "Entropy of the policy",
    ):
        assert words in page, words


def test_window_went_over_the_pictures(pages: dict[str, str]) -> None:
    outline = Outline(pages[GLIMPSE])
    seen = [str(each["alt"]) for each in outline.all("img") if "seen through windows" in str(each["alt"])]
    assert len(seen) == 6 + 8 + 4
    assert any(text.endswith("at column 3 row 3, column 2 row 3") for text in seen)
    assert len(outline.all("polyline")) == 2 * len(seen), "each line lies on a darker one"


def test_policy_of_which_nothing_was_asked(tmp_path: Path) -> None:
    material = replace(policy_material(leave_policy(tmp_path)), verdicts=[])
    assert "No bound was set: nothing was asked of it." in render(material)


def test_other_environments_have_a_histogram(pages: dict[str, str]) -> None:
    labels = [str(each.get("aria-label")) for each in Outline(pages[OTHER]).all("svg")]
    assert any(label.startswith("Histogram of the returns of 24 episodes") for label in labels)
    assert "24 test episodes" in pages[OTHER]


def test_own_pictures_have_no_probabilities(tmp_path: Path) -> None:
    material = policy_material(leave_policy(tmp_path, OTHER))
    assert "its probability" in render(material)
    unsure = [replace(each, probability=None) for each in material.episodes]
    assert "its probability" not in render(replace(material, episodes=unsure))


@pytest.mark.parametrize("environment", SECTIONS)
def test_without_rivals_and_of_one_episode(tmp_path: Path, environment: str) -> None:
    text = render(policy_material(leave_policy(tmp_path, environment, pictures=1, with_rivals=False)))
    found = [section["id"] for section in Outline(text).all("section")]
    assert found == [name for name in SECTIONS[environment] if name != "rivals"]


def test_what_is_gone_is_said(tmp_path: Path) -> None:
    made = leave_policy(tmp_path)
    shutil.rmtree(made.workspace.artifacts)
    made.workspace.metadata.unlink()
    material = policy_material(made)
    material.summary["training"] = []
    text = render(material)
    expected = [name for name in SECTIONS[DECISION] if name != "views"]
    assert [section["id"] for section in Outline(text).all("section")] == expected
    for words in (
        "Some of what this run made is gone",
        "How often each was given is not known any more",
        "What it did in each episode is not known any more",
        "summary tells nothing of its training",
        "10 each",
    ):
        assert words in text, words


def test_pictures_that_are_gone_leave_the_figures(tmp_path: Path) -> None:
    made = leave_policy(tmp_path, GLIMPSE)
    shutil.rmtree(made.uri("ImageExampleGen.examples"))
    text = render(policy_material(made))
    assert "The test pictures are not on this machine any more" in text
    assert "not in this file" in text
    Outline(text)


def test_report_does_not_change_by_itself(decision: Material) -> None:
    assert render(decision) == render(decision)
