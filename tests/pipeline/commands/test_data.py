"""`pipeline_runner.py data`: what a run would do with a data set, without the run."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests import pictures
from tests.cli import run_cli

pytestmark = pytest.mark.slow


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two classes of thirty, a broken file, a blank one, and a copy."""
    root = pictures.class_folders(tmp_path / "data", ["cat", "dög"], 30)
    (root / "cat" / "broken.jpg").write_bytes(pictures.truncated_jpeg())
    (root / "cat" / "grey.png").write_bytes(pictures.encode(Image.new("RGB", (64, 64), "grey"), "PNG"))
    (root / "dög" / "copy.png").write_bytes((root / "dög" / "0000.png").read_bytes())
    return root


def test_tables_and_sheet(data: Path, tmp_path: Path) -> None:
    done = run_cli("data", str(data), "--sheet", str(tmp_path / "sheet.png"))
    assert done.returncode == 0, done.stderr
    assert "dög" in done.stdout
    assert "exact_copy" in done.stdout
    assert "'cat/broken.jpg': truncated or damaged" in done.stdout
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "sheet.png"]


def test_json_accounts_for_every_picture(data: Path) -> None:
    done = run_cli("data", str(data), "--json")
    told = json.loads(done.stdout)
    placed = sum(sum(by_label.values()) for by_label in told["counts"].values())
    assert placed + told["quarantined"] == told["pictures"] == 63
    assert {entry["path"]: entry["kind"] for entry in told["quarantine"]} == {
        "cat/broken.jpg": "damaged",
        "cat/grey.png": "blank",
    }
    assert told["refusal"] is None


def test_what_a_run_would_refuse_is_shown_and_refused(data: Path) -> None:
    done = run_cli(
        "data", str(data), "--set", "data.checks.severity={blank: error}", "--set", "data.checks.set_aside=[]"
    )
    assert done.returncode == 2
    assert "blank" in done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: the data set is too bad to train on")


def test_sheet_that_cannot_be_written_is_one_line(data: Path, tmp_path: Path) -> None:
    done = run_cli("data", str(data), "--sheet", str(tmp_path / "none" / "sheet.png"))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: contact sheet")
    assert "Traceback" not in done.stderr
