"""What an error says to a person: the user's mistake behind it, and one line."""

import errno
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.runners.failures import first_line, input_error
from pipeline.workspace import Workspace

WORKSPACE = Workspace(Path("place"))


def test_mistake_is_found_behind_what_was_made_of_it() -> None:
    mistake = InputError("no such class")
    try:
        try:
            raise mistake
        except InputError as error:
            raise RuntimeError("Beam's own words") from error
    except RuntimeError as error:
        assert input_error(error, WORKSPACE) is mistake


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("write failed; No space left on device"),
        RuntimeError("database or disk is full"),
    ],
)
def test_full_disk_is_the_users_to_mend(error: Exception) -> None:
    assert "the disk that holds workspace `place` is full" in str(input_error(error, WORKSPACE))


def test_refused_file_is_named() -> None:
    found = input_error(OSError(errno.EACCES, "Permission denied", "secret.png"), WORKSPACE)
    assert str(found) == "`secret.png` cannot be used: Permission denied."


def test_our_own_failure_is_none_of_the_users() -> None:
    assert input_error(KeyError("x"), WORKSPACE) is None


def test_first_line() -> None:
    assert first_line(ValueError("one\ntwo")) == "one"
    assert first_line(ValueError()) == "ValueError"
