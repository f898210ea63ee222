"""How far a node is, told to whoever watches.

A node that knows its batches reports them; the local runner listens and draws a bar with an ETA. On
any other runner nobody listens, and a report costs nothing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Listener(Protocol):
    """Whoever watches a run."""

    def on_progress(self, activity: str, done: int, total: int) -> None:
        """`activity`, in a word or two, has done `done` batches of `total`."""

    def on_announcement(self, text: str) -> None:
        """The node has something to show, such as its table of layers."""


_listeners: list[Listener] = []


def report(activity: str, done: int, total: int) -> None:
    """Tells all listeners how many batches are done."""
    for listener in _listeners:
        listener.on_progress(activity, done, total)


_done: dict[str, int] = {}


def count(activity: str, total: int) -> None:
    """Reports one more of `total`. Beam copies its DoFns, so this process keeps the count."""
    _done[activity] = _done.get(activity, 0) % total + 1
    report(activity, _done[activity], total)


def announce(text: str) -> None:
    """Shows `text` to all listeners, and writes it to the log."""
    logging.info("%s", text)
    for listener in _listeners:
        listener.on_announcement(text)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tells `listener` of every report made inside the `with` block, in this process."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextmanager
def silence() -> Iterator[None]:
    """Nobody is told of what happens inside the `with` block; the log still is."""
    kept = _listeners.copy()
    _listeners.clear()
    try:
        yield
    finally:
        _listeners[:] = kept
