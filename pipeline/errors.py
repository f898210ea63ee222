"""The one error that a user's input may cause.

Everything that a user can mend by changing a path, a picture or a line of config is an `InputError`;
the command line prints its text on one line and ends with exit code 2. Anything else is a defect of
ours and ends with exit code 1 and a traceback in the run's log.
"""

from collections.abc import Iterator


class InputError(ValueError):
    """The user's input is wrong. The text says what is wrong, where, and how to mend it, on one line."""

    def __init__(self, text: str) -> None:
        # Names of files and keys come from the user, line breaks included.
        super().__init__("\\n".join(text.splitlines()))


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, the last first: Beam and TFX wrap what they raise."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
