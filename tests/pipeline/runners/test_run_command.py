"""How a run ends: whose mistake it was, what the user reads, what its folder tells."""

import errno
import json
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pipeline.errors import InputError
from pipeline.nodes import NODES
from pipeline.runners import run_command
from pipeline.runners.run_command import DONE, FAILED, INTERRUPTED, NOT_BLESSED, Request
from pipeline.runners.summary import NotStarted


def _request(workspace: Path, **changes: Any) -> Request:
    values = {"config": None, "data": None, "overrides": (), "start": None, "stop": None}
    return Request(**values | changes, workspace=workspace, as_json=False, verbose=False)


def _failing_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(run_command, "_run", fail)


def _wrapped(cause: BaseException) -> RuntimeError:
    """As Beam and TFX raise what happened inside of them."""
    outer = RuntimeError("while running 'Write'")
    outer.__cause__ = cause
    return outer


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk that holds workspace `.*` is full"),
        (_wrapped(OSError(errno.EDQUOT, "Disk quota exceeded")), "is full. Free space"),
        (RuntimeError("OSError: [Errno 28] No space left on device [while running 'Write']"), "is full"),
        (RuntimeError("Error when executing query: database or disk is full"), "finished nodes are kept"),
        (
            _wrapped(PermissionError(errno.EACCES, "Permission denied", "a/b")),
            "`a/b` cannot be used: Permission",
        ),
        (_wrapped(InputError("37 of 100 files cannot be used")), "^37 of 100 files cannot be used$"),
    ],
)
def test_users_mistakes_are_found_behind_what_wraps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, text: str
) -> None:
    _failing_with(error, monkeypatch)
    with pytest.raises(InputError, match=text):
        run_command.run_command(_request(tmp_path))


def test_defects_end_with_a_short_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing_with(KeyError("first\nsecond"), monkeypatch)
    assert run_command.run_command(_request(tmp_path)) == FAILED
    errors = capsys.readouterr().err
    assert errors.startswith("failed: ")
    assert "Traceback" not in errors
    assert "log.txt" in errors


# --------------------------------------------------------------------------------------------------
# The folder of the run
# --------------------------------------------------------------------------------------------------


class _Runner(NotStarted):
    """A runner whose run ends in some way."""

    def __init__(self, end: BaseException | None = None) -> None:
        super().__init__(NODES)
        self.view = None
        self._end = end

    def run(self, start: str | None, stop: str | None) -> None:
        if self._end:
            raise self._end


def _with_runner(monkeypatch: pytest.MonkeyPatch, runner: _Runner | BaseException) -> None:
    def build(*_: Any) -> _Runner:
        if isinstance(runner, BaseException):
            raise runner
        return runner

    monkeypatch.setattr(run_command._Session, "_build", build)


def summary_in(workspace: Path) -> dict[str, Any]:
    (path,) = workspace.glob("runs/*/summary.json")
    summary: dict[str, Any] = json.loads(path.read_text())
    return summary


FAILURES = [
    (RuntimeError("no room\nfor more"), "no room"),
    (ImportError("No module named 'tfx'"), "No module named 'tfx'"),
    (KeyError(), "KeyError"),
    (_wrapped(InputError("37 of 100 files cannot be used")), "37 of 100 files cannot be used"),
]


@pytest.mark.parametrize("is_built", [True, False])
@pytest.mark.parametrize(("error", "reason"), FAILURES)
def test_failure_is_told_in_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str, is_built: bool
) -> None:
    _with_runner(monkeypatch, _Runner(error) if is_built else error)
    try:
        assert run_command.run_command(_request(tmp_path)) == FAILED
    except InputError as wrong:
        assert str(wrong) == reason
    summary = summary_in(tmp_path)
    assert (summary["status"], summary["error"]) == ("failed", reason)
    own = [node for node in NODES if node not in ("Tuner", "Ensemble")]
    assert [node["id"] for node in summary["nodes"]] == (list(NODES) if is_built else own)
    assert reason in (tmp_path / "runs" / summary["run_id"] / "log.txt").read_text()


class _Exit(BaseException):
    """Instead of the end of the process."""


def test_config_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(source: Path, target: Path) -> None:
        raise _Exit if target.name == "config.yaml" else AssertionError

    _with_runner(monkeypatch, _Runner())
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(_Exit):
        run_command.run_command(_request(tmp_path))
    assert not list(tmp_path.glob("runs/*/config.yaml"))


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes: list[int] = []

    def leave(code: int) -> NoReturn:
        codes.append(code)
        raise _Exit

    monkeypatch.setattr(os, "_exit", leave)
    return codes


@pytest.mark.parametrize("is_built", [True, False])
def test_interrupt_at_any_time_leaves_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exits: list[int], is_built: bool
) -> None:
    _with_runner(monkeypatch, _Runner(KeyboardInterrupt()) if is_built else KeyboardInterrupt())
    with pytest.raises(_Exit):
        run_command.run_command(_request(tmp_path))
    assert exits == [INTERRUPTED]
    summary = summary_in(tmp_path)
    assert summary["status"] == "stopped"
    assert "error" not in summary


@pytest.mark.parametrize(
    ("problem", "is_said"),
    [(OSError(errno.ENOSPC, "No space left on device"), True), (KeyboardInterrupt(), False)],
)
def test_interrupt_keeps_its_exit_code_where_no_summary_can_be_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    exits: list[int],
    capfd: pytest.CaptureFixture[str],
    problem: BaseException,
    is_said: bool,
) -> None:
    def fail(*_: Any) -> NoReturn:
        raise problem

    _with_runner(monkeypatch, _Runner(KeyboardInterrupt()))
    monkeypatch.setattr(run_command, "write_summary", fail)
    with pytest.raises(_Exit):
        run_command.run_command(_request(tmp_path))
    assert exits == [INTERRUPTED]
    assert ("run the same command again" in capfd.readouterr().err) == is_said


@pytest.mark.parametrize(
    ("status", "code"), [("pushed", DONE), ("stopped", DONE), ("not_blessed", NOT_BLESSED)]
)
def test_exit_code_follows_from_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, code: int
) -> None:
    monkeypatch.setattr(run_command, "_run", lambda *_: {"status": status})
    assert run_command.run_command(_request(tmp_path)) == code


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"stop": "Traner"}, "no node `Traner`"),
        ({"start": "Trainer", "stop": "Augment"}, "--to Augment comes before --from Trainer"),
        ({"data": os.fsdecode(b"caf\xe9")}, r"the path of the data, `caf\\xe9`, is no UTF-8"),
    ],
)
def test_wrong_arguments_touch_no_workspace(tmp_path: Path, changes: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        run_command.run_command(_request(tmp_path / "workspace", **changes))
    assert not (tmp_path / "workspace").exists()


def test_workspace_that_is_no_text(tmp_path: Path) -> None:
    workspace = tmp_path / os.fsdecode(b"caf\xe9")
    with pytest.raises(InputError, match=r"the path of the workspace, `.*caf\\xe9`, is no UTF-8"):
        run_command.run_command(_request(workspace))
    assert not workspace.exists()
