"""The page: every section, everything escaped, nothing to be loaded."""

import base64
import hashlib
import html
import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.label_check.suspects import Label
from pipeline.report.material import Material
from pipeline.report.page import render
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import BLESSED, CONFIG, EXPORT, RUN, SCRIPT, leave_run, material_of, path_of

SECTIONS = [
    *("verdict", "data", "views", "training", "slices", "confusion", "mistakes"),
    *("calibration", "gates", "comparison", "lineage", "reproduce"),
]
_VOID = {"meta", "link", "img", "br", "path", "use"}


class Outline(HTMLParser):
    """Elements with their attributes, in their order; fails where tags do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(material: Material) -> str:
    return render(material)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_every_section_is_there_and_in_the_contents(outline: Outline) -> None:
    assert [section["id"] for section in outline.all("section")] == SECTIONS
    links = [link["href"] for link in outline.all("a")]
    assert [link for link in links if link in {f"#{name}" for name in SECTIONS}][1:13] == [
        f"#{name}" for name in SECTIONS
    ]
    for section in outline.all("section"):
        assert section["aria-labelledby"] == f"h-{section['id']}"


def test_links_within_the_page_lead_somewhere(outline: Outline) -> None:
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in outline.all("a"):
        assert str(link["href"]).startswith("#")
        assert str(link["href"])[1:] in ids


def test_page_can_be_listened_to(outline: Outline) -> None:
    tags = [tag for tag, _ in outline.elements]
    assert {tag: tags.count(tag) for tag in ("main", "nav", "header", "footer", "h1")} == dict.fromkeys(
        ("main", "nav", "header", "footer", "h1"), 1
    )
    assert outline.all("html")[0]["lang"] == "en"
    assert all(image.get("alt") for image in outline.all("img"))
    assert all(cell.get("scope") in ("row", "col") for cell in outline.all("th"))
    assert all(button.get("type") == "button" for button in outline.all("button"))
    charts = [chart for chart in outline.all("svg") if chart.get("role") == "img"]
    assert len(charts) == 3
    assert all(chart.get("aria-label") for chart in charts)
    # Headings go down one step at a time.
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_is_loaded_from_anywhere(page: str, outline: Outline) -> None:
    for tag, attributes in outline.elements:
        assert not (tag == "script" and "src" in attributes)
        source = attributes.get("src")
        assert source is None or source.startswith("data:image/webp;base64,")
        assert not [name for name in attributes if name.startswith("on")], "no handlers in attributes"
    assert "@import" not in page
    assert "url(http" not in page


def test_only_the_one_script_may_run(page: str, outline: Outline) -> None:
    policy = next(each["content"] for each in outline.all("meta") if "http-equiv" in each)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert [script.get("type") for script in outline.all("script")] == ["application/json", None]
    script = page.rpartition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy


def test_names_from_the_data_are_text(page: str) -> None:
    assert SCRIPT not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\\u003cscript\\u003ealert(1)" in page, "in the data of the script"


def test_report_does_not_change_by_itself(material: Material, page: str) -> None:
    assert render(material) == page


def test_many_classes_have_their_confusions_in_a_list(tmp_path: Any) -> None:
    made = leave_run(tmp_path, pictures=2, labels=[f"class {number}" for number in range(30)], wrong=1)
    text = render(material_of(made))
    outline = Outline(text)
    ids = [attributes.get("id") for _, attributes in outline.elements]
    assert "matrix" not in ids
    assert "pairs" in ids
    assert "class 29 taken for class 0: 1" in text
    assert "6 more classes not shown here." in text


def test_what_is_gone_is_said(own: Made) -> None:
    import shutil

    shutil.rmtree(own.workspace.artifacts)
    own.workspace.metadata.unlink()
    material = material_of(own)
    del material.summary["versions"]
    text = render(material)
    assert [section["id"] for section in Outline(text).all("section")] == SECTIONS
    for words in (
        "Some of what this run made is gone",
        "The test pictures are not on this machine any more",
        "The answers to each picture are gone",
        "ML Metadata does not know this run any more",
        "There are none to show",
    ):
        assert words in text, words


def test_what_the_model_looked_at_lies_over_its_mistakes(page: str, material: Material) -> None:
    overlays = [each for each in Outline(page).all("img") if str(each["alt"]).endswith("laid over it")]
    assert len(overlays) == 2, "among the mistakes, and where it cost a bound"
    assert "laid over it" not in render(replace(material, heat={}))


def test_doubtful_labels_are_shown_with_their_pictures(material: Material, page: str) -> None:
    assert "Labels to look at" not in page
    suspect = Label(path_of("cat", 5), "cat", "train", wrong=0.97, suggested=SCRIPT, rank=1)
    text = render(replace(material, suspects=[suspect]))
    outline = Outline(text)
    assert [section["id"] for section in outline.all("section")][7] == "suspects"
    assert "perhaps <b>&lt;script&gt;" in text
    assert "where the model of this run looks" not in text
    text = render(replace(material, suspects=[suspect], heat={suspect.path: np.eye(4, dtype=np.float32)}))
    section = text.partition('<section id="suspects"')[2].partition("</section>")[0]
    assert ("laid over it" in section, "where the model of this run looks" in section) == (True, True)


def test_intervals_are_told_as_what_they_are(page: str, decision: Material) -> None:
    for text in (page, render(decision)):
        assert "such intervals hold the truth 95 times of 100" in text
        assert "would lie" not in text


def test_bounds_that_were_not_judged_have_not_held(tmp_path: Path, page: str) -> None:
    blessed = render(material_of(leave_run(tmp_path, config=BLESSED)))
    Outline(blessed)
    for words in (
        ">Every bound that was judged</a> held; 1 bound was not judged:</p>",
        "accuracy on site=north was not judged: 8 pictures, min_examples is 1000</p>",
    ):
        assert words in blessed, words
    all_held = {**CONFIG, "thresholds": BLESSED["thresholds"][:1]}
    assert ">All 2 bounds</a> held.</p>" in render(material_of(leave_run(tmp_path / "all", config=all_held)))


def test_command_that_makes_it_again_works_from_anywhere(tmp_path: Path) -> None:
    made = leave_run(tmp_path / "it's my work")
    commands = re.findall("<pre[^>]*><code>(python .*?)</code></pre>", render(material_of(made)))
    (command,) = (shlex.split(html.unescape(each)) for each in commands)
    file = made.workspace.runs / RUN / "config.yaml"
    assert command == ["python", "pipeline_runner.py", "run", str(file), "--workspace", "again"]


def test_choice_of_a_cell_is_read_out(outline: Outline) -> None:
    places = {attributes.get("id"): place for place, (_, attributes) in enumerate(outline.elements)}
    (said,) = (each for _, each in outline.elements if each.get("role") == "status")
    assert (said["id"], "hidden" in said) == ("gallery-said", False)
    assert places["gallery-said"] < places["gallery"], "not in what is hidden at first"


def test_title_names_model_and_run(page: str) -> None:
    assert f"<title>solar-cells, run {RUN}</title>" in page


def test_other_formats_stand_with_their_agreement(own: Made) -> None:
    material = material_of(own)
    assert "Other formats" not in render(material)
    material.summary.update(exports=[EXPORT])
    page = render(material)
    Outline(page)
    assert re.search(r"model_int8\.tflite</th><td[^>]*>4\.6</td><td[^>]*>39 of 40</td><td[^>]*>0\.01<", page)
