"""The report at the end of a run: written where there is something to report, and never in the run's way."""

from pathlib import Path
from typing import Any, NoReturn

import pytest

from pipeline.errors import InputError
from pipeline.runners import run_command
from pipeline.runners.run_command import DONE, NOT_BLESSED, Request
from pipeline.workspace import Workspace


def _run(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, report: run_command.Report, summary: dict[str, Any]
) -> int:
    """A run that ends with this summary."""
    monkeypatch.setattr(run_command._Session, "run", lambda *_: summary)
    request = Request(None, None, workspace, (), None, None, as_json=False, verbose=False)
    return run_command.run_command(request, report)


def test_report_is_written_at_the_end_of_a_run_that_was_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[Path, str]] = []

    def report(workspace: Workspace, run_id: str) -> Path:
        asked.append((workspace.root, run_id))
        return workspace.runs / run_id / "report.html"

    judged = {"status": "not_blessed", "evaluation": {"accuracy": 0.5}}
    assert _run(tmp_path, monkeypatch, report, judged) == NOT_BLESSED
    (folder,) = (tmp_path / "runs").iterdir()
    assert asked == [(tmp_path, folder.name)]
    assert f"report {folder / 'report.html'}\n" in capfd.readouterr().err
    assert _run(tmp_path, monkeypatch, report, {"status": "stopped", "evaluation": {}}) == DONE
    assert len(asked) == 1


@pytest.mark.parametrize(
    "error",
    [KeyError("auc\nand more"), InputError("`a` cannot be written"), OSError(), RecursionError("deep")],
)
def test_report_that_fails_changes_nothing_but_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: Exception
) -> None:
    def report(*_: Any) -> NoReturn:
        raise error

    judged = {"status": "pushed", "evaluation": {"accuracy": 0.5}}
    assert _run(tmp_path, monkeypatch, report, judged) == DONE
    errors = capfd.readouterr().err
    (line,) = [line for line in errors.splitlines() if "report" in line]
    assert line.startswith("the report could not be written: ")
    assert line.endswith("The run itself is whole.")
    assert "Traceback" not in errors
    (log,) = tmp_path.glob("runs/*/log.txt")
    assert "the report failed" in log.read_text()
    assert type(error).__name__ in log.read_text()
