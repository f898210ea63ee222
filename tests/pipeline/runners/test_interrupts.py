"""An interrupt ends the block, also where somebody within it catches everything."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from pipeline.runners.interrupts import insistent_interrupts


@pytest.fixture(autouse=True)
def _foreground() -> Iterator[None]:
    """Whoever started the tests may have told them to ignore interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _interrupt_caught_by_a_library() -> None:
    with contextlib.suppress(BaseException):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)


def test_interrupt_that_was_caught_comes_again() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), insistent_interrupts():
        _interrupt_caught_by_a_library()
        reached = True
        time.sleep(10)
    assert reached


def test_it_comes_until_the_block_is_left() -> None:
    times = 0
    with pytest.raises(KeyboardInterrupt), insistent_interrupts():
        _interrupt_caught_by_a_library()
        with contextlib.suppress(BaseException):
            time.sleep(10)
        times += 1
        time.sleep(10)
    assert times == 1


def test_nothing_is_left_behind() -> None:
    alarm = signal.getsignal(signal.SIGALRM)
    with pytest.raises(KeyboardInterrupt), insistent_interrupts():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is alarm
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ignored_interrupts_stay_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with insistent_interrupts():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)


def test_other_threads_may_use_it() -> None:
    done: list[bool] = []

    def use() -> None:
        with insistent_interrupts():
            done.append(True)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert done == [True]
