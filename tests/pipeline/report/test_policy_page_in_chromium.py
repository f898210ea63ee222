"""The page of a policy in a browser: at both widths, in the dark, on paper, and alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.report.page import render
from pipeline.settings.environment import DECISION, GLIMPSE
from tests.chromium import Page, browser, needs_chromium
from tests.pipeline.report.left_policy import leave_policy, policy_material
from tests.pipeline.report.test_page_in_chromium import BROKEN
from tests.pipeline.report.test_policy_page import SECTIONS

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for environment in SECTIONS:
        root = tmp_path_factory.mktemp("policy")
        found[environment] = root / "report.html"
        text = render(policy_material(leave_policy(root / "made", environment)))
        found[environment].write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize("environment", SECTIONS)
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("is_dark", [False, True])
def test_page_is_whole_and_alone(
    page: Page, files: dict[str, Path], environment: str, width: int, is_dark: bool
) -> None:
    page.requests.clear()
    page.complaints.clear()
    page.open(files[environment], width, is_dark=is_dark)
    found = page.ask("[...document.querySelectorAll('section')].map(each => each.id)")
    assert found == SECTIONS[environment]
    assert page.ask(BROKEN) == []
    assert page.complaints == []
    asked = [address for address in page.requests if not address.startswith("data:")]
    assert asked == [files[environment].as_uri()]
    assert page.ask("document.documentElement.scrollWidth") == width, "nothing sticks out to the side"


def test_way_of_the_window_covers_its_picture(page: Page, files: dict[str, Path]) -> None:
    page.open(files[GLIMPSE])
    box = "(({x, y, width, height}) => [x, y, width, height])(document.querySelector('.seen %s')%s)"
    picture = page.ask(box % ("img", ".getBoundingClientRect()"))
    assert page.ask(box % ("svg", ".getBoundingClientRect()")) == pytest.approx(picture, abs=0.5)
    assert picture[2] / picture[3] == pytest.approx(90 / 60, abs=0.02), "as wide and high as the photo"
    window = page.ask(box % (".last", ".getBoundingClientRect()"))
    assert window[2] / picture[2] == pytest.approx(0.4, abs=0.03)


def test_click_on_a_column_sorts_by_it(page: Page, files: dict[str, Path]) -> None:
    page.open(files[DECISION])
    table = "document.querySelector('#rivals table')"
    page.ask(f"[...{table}.querySelectorAll('.sort')].find(each => each.textContent === 'policy').click()")
    names = page.ask(f"[...{table}.tBodies[0].rows].map(row => row.cells[0].textContent.trim())")
    others = ["always ask a person", "argmax of the classifier", "the last blessed policy"]
    assert names[1:] == [*others, "this policy"]
    assert page.complaints == []


def test_paper_shows_what_can_be_opened(page: Page, files: dict[str, Path]) -> None:
    page.open(files[DECISION])
    page.send("Emulation.setEmulatedMedia", media="print")
    page.ask("dispatchEvent(new Event('beforeprint'))")
    assert page.ask("[...document.querySelectorAll('details')].every(each => each.open)")
    page.send("Emulation.setEmulatedMedia", media="")
