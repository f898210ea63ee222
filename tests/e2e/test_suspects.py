"""The labels that look wrong after a real run, and their way back in."""

import json
from pathlib import Path

import pytest

from components.label_check.suspects import read_labels
from data import solar_cells
from tests.cli import run_cli
from tests.e2e import sample

pytestmark = pytest.mark.e2e


def test_every_picture_is_judged_and_the_table_is_a_manifest(finished: Path, tmp_path: Path) -> None:
    summary = sample.summaries(finished)[0]
    found = summary["label_check"]
    table = tmp_path / "suspects.csv"
    done = run_cli("suspects", summary["run_id"], "--workspace", finished, "--csv", table, "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == found["suspects"] == sum(found["splits"].values())
    labels = read_labels(str(tmp_path))
    assert len(labels) == found["judged"] == sum(summary["data"]["splits"].values())
    assert {label.columns["cell_type"] for label in labels} == {"mono", "poly"}
    assert f"data.root={solar_cells.folder()}" in done.stderr
    again = ("data", table, "--set", f"data.root={solar_cells.folder()}", "--json")
    judged = run_cli(*again, "--set", "data.source=manifest")
    assert judged.returncode == 0, judged.stderr
    counts = json.loads(judged.stdout)["counts"]
    assert {split: sum(each.values()) for split, each in counts.items()} == summary["data"]["splits"]
