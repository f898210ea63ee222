"""A pipe gets a line on one line; a script gets JSON."""

import json

import pytest
from rich.table import Table

from pipeline.inspection.showing import show


def test_pipe_gets_a_line_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(box=None)
    for name in ("model", "run"):
        table.add_column(name)
    table.add_row("a long name of a model " * 9, "20260501-120000-123")
    show([], table, as_json=False)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_script_gets_json(capsys: pytest.CaptureFixture[str]) -> None:
    show({"run": "é"}, "nothing", as_json=True)
    assert json.loads(capsys.readouterr().out) == {"run": "é"}
