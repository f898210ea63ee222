"""The notebook runs from top to bottom on a run's workspace, and was left without outputs."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.inspection.metadata import open_metadata
from tests.pipeline.report.left import RUN, leave_run

FILE = Path(__file__).parent.parent / "docs" / "results.ipynb"


def test_every_cell_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_run(tmp_path / "workspace")
    monkeypatch.chdir(tmp_path)
    book = json.loads(FILE.read_text())
    known: dict[str, Any] = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), cell["id"], "exec"), known)
    assert known["run"].id == RUN
    assert len(known["table"]) == known["evaluation"]["examples"] == 24
    assert isinstance(known["curves"], pd.DataFrame) and len(known["curves"]) == 6
    assert "Evaluator.evaluation" in known["made"]
    assert open_metadata(known["workspace"]).artifacts
