"""A pipe gets a line on one line, a terminal as much as it has room for."""

import pytest
from rich.table import Table

from pipeline.wide_console import wide_console


@pytest.mark.parametrize(("settings", "lines"), [({}, 1), ({"FORCE_COLOR": "1", "COLUMNS": "40"}, 3)])
def test_a_pipe_gets_all_on_one_line(
    settings: dict[str, str],
    lines: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    table = Table.grid()
    table.add_column(overflow="fold")
    table.add_row("x" * 100)
    wide_console().print(table)
    assert len(capsys.readouterr().out.strip().splitlines()) == lines
