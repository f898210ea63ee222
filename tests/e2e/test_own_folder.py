"""A user's own folder: odd names, broken files among good ones, all the way to a prediction."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from data import solar_cells
from tests import pictures
from tests.e2e import sample

pytestmark = pytest.mark.e2e

CLASSES = {"functional": "sans défaut", "defective": 'a "grave" one\'s = 2, really'}
SETTINGS = (
    "augment.views=2",
    "data.max_quarantined_share=0.2",
    "trainer.phases.0.epochs=4",
    "trainer.phases.1.epochs=1",
    "trainer.phases.1.unfreeze=top",
    "evaluator.thresholds=[{metric: accuracy, at_least: 0.1}]",
)


def _folder(root: Path) -> Path:
    folder = root / "my pictures"
    for path, label, _ in list(solar_cells.labels())[:60]:
        target = folder / CLASSES[label]
        target.mkdir(parents=True, exist_ok=True)
        (target / f"é 'n\n{Path(path).name}").write_bytes((solar_cells.folder() / path).read_bytes())
    good = folder / CLASSES["functional"]
    (good / "empty.jpg").touch()
    (good / "notes.txt").write_text("no picture")
    (good / "turned.jpg").write_bytes(pictures.rotated_jpeg())
    (good / "print.jpg").write_bytes(pictures.encode(pictures.halves((32, 16)).convert("CMYK"), "JPEG"))
    return folder


def test_own_folder_from_pictures_to_predictions(tmp_path: Path) -> None:
    folder, workspace = _folder(tmp_path), tmp_path / "workspace"
    result = sample.run(workspace, "--data", str(folder), settings=SETTINGS)
    assert result.returncode == 0, result.stderr
    (summary,) = sample.summaries(workspace)
    data = summary["data"]
    assert data["classes"] == sorted(CLASSES.values())
    assert sum(data["splits"].values()) + data["quarantined"] == 64
    assert {Path(entry["path"]).name: entry["reason"] for entry in data["quarantine"]} == {
        "empty.jpg": "the file is empty (0 bytes)",
        "notes.txt": "no image",
    }
    assert Path(summary["model"]["pushed_to"]).parent == workspace / "serving" / "my-pictures"
    arguments = ["predict", str(folder), "--workspace", str(workspace), "--json"]
    answered = subprocess.run(
        [sys.executable, "pipeline_runner.py", *arguments], cwd=sample.ROOT, capture_output=True, text=True
    )
    answers = [json.loads(line) for line in answered.stdout.splitlines()]
    assert len(answers) == 64
    assert {answer["label"] for answer in answers if "label" in answer} <= set(CLASSES.values())
    assert sum("error" in answer for answer in answers) == 2
