"""A file that is there whole or not at all."""

import contextlib
import os
from pathlib import Path


def write_whole(file: Path, content: str | bytes) -> Path:
    """Replaces a file, or leaves it as it was.

    Args:
        file: where to.
        content: text is encoded as UTF-8.

    Returns:
        `file`.

    Raises:
        OSError: it cannot be written, and bears the name of `file`; nothing is left of the attempt.
    """
    unfinished = file.parent / f".{file.name}.{os.getpid()}"
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(unfinished, file)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise OSError(error.errno, error.strerror, str(file)) from error
    return file
