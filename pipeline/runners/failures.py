"""What an error means to a person: the input that was wrong, and one line of it."""

import errno

from pipeline.errors import InputError, causes_of
from pipeline.workspace import Workspace


def input_error(error: BaseException, workspace: Workspace) -> InputError | None:
    """The user's mistake behind `error`, if there is one: Beam and TFX wrap what they raise."""
    for cause in causes_of(error):
        if isinstance(cause, InputError):
            return cause
        is_full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
        if is_full or "No space left on device" in str(cause) or "disk is full" in str(cause):
            return InputError(
                f"the disk that holds workspace `{workspace.root}` is full. Free space, or choose another "
                "with --workspace DIR; the finished nodes are kept."
            )
        if isinstance(cause, OSError) and cause.errno in (errno.EACCES, errno.EROFS):
            return InputError(f"`{cause.filename}` cannot be used: {cause.strerror}.")
    return None


def first_line(error: BaseException) -> str:
    """What it says on its first line, or its kind where it says nothing."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
