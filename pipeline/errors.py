"""The one error that a user's input may cause, and the one that nobody causes.

Everything that a user can mend by changing a path, a picture or a line of config is an `InputError`;
the command line prints its text on one line and ends with exit code 2. Anything else is a defect of
ours and ends with exit code 1 and a traceback in the run's log; but for a database that went away.
"""

import re
from collections.abc import Iterator

from pipeline.visible import visible

_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):\S*@")


class InputError(ValueError):
    """The user's input is wrong. The text says what is wrong, where, and how to mend it, on one line."""

    def __init__(self, text: str) -> None:
        # Names of files and keys come from the user, line breaks included, and addresses with passwords.
        super().__init__(_PASSWORD.sub(r"\1:***@", visible(text.rstrip("\n"))))


class DatabaseAwayError(RuntimeError):
    """A database that a run knows does not answer; it may be back at the next try."""


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, the last first: Beam and TFX wrap what they raise."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
