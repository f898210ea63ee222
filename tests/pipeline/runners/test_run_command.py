"""The end of a run that fails: whose mistake it was, and what the user reads."""

import errno
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.runners import run_command
from pipeline.runners.run_command import FAILED, Request


def _request(workspace: Path) -> Request:
    return Request(None, None, workspace, (), None, None, as_json=False, verbose=False)


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
