"""Logs go into the run's folder and not on the screen, those of C++ included.

TensorFlow, Beam and gRPC write to file descriptor 2 from C++; no Python handler sees that. So for as
long as a run lasts, descriptors 1 and 2 point into the log, and the screen is reached through copies.
"""

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
"""Of a line of a log."""


@contextlib.contextmanager
def logging_to(log: Path, verbose: bool) -> Iterator[TextIO]:
    """Sends all logs to `log`, for the time of the `with` block.

    Args:
        log: is created.
        verbose: shows Python's logs on the screen as well.

    Yields:
        The screen: standard error as it was before.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    screen = io.TextIOWrapper(os.fdopen(os.dup(saved[1]), "wb", 0), write_through=True, encoding="utf-8")
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    handlers: list[logging.Handler] = [logging.FileHandler(log, encoding="utf-8")]
    if verbose:
        handlers.append(logging.StreamHandler(screen))
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = handlers
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    os.dup2(target, 1)
    os.dup2(target, 2)
    try:
        yield screen
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        for descriptor in (*saved, target):
            os.close(descriptor)
        root.handlers[:] = before
        root.setLevel(level)
        logging.captureWarnings(False)
        for handler in handlers:
            with contextlib.suppress(OSError):  # what is left in its buffer finds no room on a full disk
                handler.close()
        screen.close()
