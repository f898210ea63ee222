"""An interrupt ends the run, also where a library catches what it should let through."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_AGAIN_AFTER = 1.0
"""Seconds."""


@contextlib.contextmanager
def insistent_interrupts() -> Iterator[None]:
    """Raises `KeyboardInterrupt` again every second from the first interrupt on, until the block is left.

    Python raises it once, wherever the main thread is: TFX and what it stands on have bare `except:` on
    their ways, and a run that was stopped there would go on to its end.
    """
    before = signal.getsignal(signal.SIGINT)
    # A background job of a shell ignores interrupts, and another handler is its owner's business.
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield
        return
    alarm = signal.signal(signal.SIGALRM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)
        signal.signal(signal.SIGINT, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_AFTER)
    raise KeyboardInterrupt
