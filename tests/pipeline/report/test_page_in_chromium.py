"""The page in a browser: at both widths, in the dark, with clicks, and without a word to the outside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.report.material import Material
from pipeline.report.page import render
from tests.chromium import Page, browser, needs_chromium
from tests.pipeline.report.left import LABELS, QUOTES, leave_run, material_of
from tests.pipeline.report.test_page import SECTIONS

pytestmark = [needs_chromium, pytest.mark.slow]
LARGEST = 10_000_000
# Every picture, once it is decoded; those of a data address are so at once.
BROKEN = (
    "[...document.images].filter(image => !image.complete || !image.naturalWidth).map(image => image.alt)"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def file(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(render(material), encoding="utf-8")
    return file


@pytest.fixture
def opened(page: Page, file: Path) -> Page:
    page.requests.clear()
    page.complaints.clear()
    page.open(file)
    return page


def texts(page: Page, selector: str) -> Any:
    return page.ask(f"[...document.querySelectorAll({selector!r})].map(each => each.textContent.trim())")


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("is_dark", [False, True])
def test_page_is_whole_and_alone(page: Page, file: Path, width: int, is_dark: bool) -> None:
    page.requests.clear()
    page.complaints.clear()
    page.open(file, width, is_dark=is_dark)
    assert page.ask("document.readyState") == "complete"
    assert page.ask("[...document.querySelectorAll('section')].map(each => each.id)") == SECTIONS
    assert page.ask("document.images.length") == 16 + 1 + 2 + 6 + 6 + 8 + 2, (
        "sheet, aside, views, mistakes, gate, flips, heat"
    )
    assert page.ask(BROKEN) == []
    assert page.complaints == []
    asked = [address for address in page.requests if not address.startswith("data:")]
    assert asked == [file.as_uri()]
    assert file.stat().st_size < LARGEST
    assert page.ask("document.documentElement.scrollWidth") == width, "nothing sticks out to the side"
    paper = page.ask("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, paper.removeprefix("rgb(").rstrip(")").split(","))) < 128) == is_dark
    line = "getComputedStyle(document.querySelector('.chart text')).fill"
    assert page.ask(line) == page.ask("getComputedStyle(document.querySelector('.byline')).color")


def test_cell_shows_its_pictures(opened: Page) -> None:
    assert opened.ask("document.getElementById('gallery').hidden")
    opened.ask('document.querySelector(\'#matrix button[data-row="0"][data-column="1"]\').click()')
    assert texts(opened, "#gallery-title") == [f"cat taken for {LABELS[1]}: 3 pictures"]
    assert texts(opened, "[role=status]") == texts(opened, "#gallery-title"), "read out"
    assert opened.ask("document.querySelectorAll('#gallery img').length") == 3
    assert opened.ask(BROKEN) == []
    assert opened.ask("document.querySelectorAll('#matrix [aria-pressed=true]').length") == 1
    assert opened.complaints == []


def test_slice_changes_the_cells_and_their_pictures(opened: Page) -> None:
    choose = "slice.value = 2; slice.dispatchEvent(new Event('change'))"
    opened.ask("document.querySelector('#matrix button.right').click()")
    opened.ask(f"{{ const slice = document.getElementById('slice'); {choose} }}")
    assert texts(opened, "#matrix button") == ["3", "1", "1", "3"]
    assert texts(opened, "#gallery-title") == ["cat, answered right in site=north: 3 pictures"]
    assert opened.ask("document.querySelectorAll('#gallery img').length") == 3


def test_left_out_pictures_are_counted(page: Page, material: Material, tmp_path: Path) -> None:
    from pipeline.report import album

    patch = pytest.MonkeyPatch()
    patch.setattr(album, "MOST_PICTURES", 8)
    (tmp_path / "few.html").write_text(render(material), encoding="utf-8")
    patch.undo()
    page.open(tmp_path / "few.html")
    page.ask("document.querySelector('#matrix button.right').click()")
    (title,) = texts(page, "#gallery-title")
    assert title.startswith("cat, answered right: 9 pictures, ")
    assert title.endswith(" of them not in this file")


def test_click_on_a_column_sorts_by_it(opened: Page) -> None:
    table = "[...document.querySelectorAll('#slices table')].at(-1)"
    button = f"[...{table}.querySelectorAll('.sort')].find(each => each.textContent === 'pictures')"
    first = f"[...{table}.tBodies[0].rows].map(row => Number(row.cells[1].dataset.value))"
    opened.ask(f"{button}.click()")
    assert opened.ask(first) == [24, 16, 8]
    assert opened.ask(f"{button}.closest('th').getAttribute('aria-sort')") == "descending"
    opened.ask(f"{button}.click()")
    assert opened.ask(first) == [8, 16, 24]
    opened.ask(f"{table}.querySelector('.sort').click()")
    names = f"[...{table}.tBodies[0].rows].map(row => row.cells[0].textContent.trim())"
    assert opened.ask(names) == ["overall", f"site={QUOTES}", "site=north"]
    assert opened.ask(f"{table}.tHead.querySelectorAll('[aria-sort]').length") == 1


def test_injected_script_would_not_run(opened: Page) -> None:
    opened.ask(
        "{ const made = document.createElement('script'); made.textContent = 'window.ran = 1';"
        " document.body.append(made); }"
    )
    assert opened.ask("window.ran") is None
    assert "Content Security Policy" in opened.complaints[0]


def test_confusions_of_many_classes_are_a_list(page: Page, tmp_path: Path) -> None:
    made = leave_run(tmp_path, pictures=2, labels=[f"class {number}" for number in range(30)], wrong=1)
    (tmp_path / "many.html").write_text(render(material_of(made)), encoding="utf-8")
    page.complaints.clear()
    page.open(tmp_path / "many.html")
    assert len(texts(page, "#pairs button")) == 30
    page.ask("document.querySelector('#pairs button').click()")
    assert page.ask("document.querySelectorAll('#gallery img').length") == 1
    page.ask(
        "{ const slice = document.getElementById('slice'); slice.value = 1;"
        " slice.dispatchEvent(new Event('change')) }"
    )
    assert page.ask("document.getElementById('gallery').hidden")
    assert page.complaints == []


def test_paper_shows_what_can_be_opened(opened: Page) -> None:
    opened.send("Emulation.setEmulatedMedia", media="print")
    opened.ask("dispatchEvent(new Event('beforeprint'))")
    assert opened.ask("[...document.querySelectorAll('details')].every(each => each.open)")
    assert opened.ask("getComputedStyle(document.querySelector('nav')).display") == "none"
    opened.send("Emulation.setEmulatedMedia", media="")
