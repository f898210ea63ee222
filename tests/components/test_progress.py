"""Progress: told to whoever listens, for as long as they do."""

import logging

import pytest

from components import progress


class _Listener:
    def __init__(self) -> None:
        self.heard: list[object] = []

    def on_progress(self, activity: str, done: int, total: int) -> None:
        self.heard.append((activity, done, total))

    def on_announcement(self, text: str) -> None:
        self.heard.append(text)


def test_report_without_listeners_is_nothing() -> None:
    progress.report("views", 1, 2)


def test_listener_hears_only_within_the_block() -> None:
    listener = _Listener()
    progress.report("views", 1, 3)
    with progress.listening(listener):
        progress.report("views", 2, 3)
        progress.announce("a table")
    progress.report("views", 3, 3)
    progress.announce("nothing")
    assert listener.heard == [("views", 2, 3), "a table"]


def test_two_listeners_hear_the_same() -> None:
    one, other = _Listener(), _Listener()
    with progress.listening(one):
        with progress.listening(other):
            progress.report("views", 1, 2)
        progress.report("views", 2, 2)
    assert one.heard == [("views", 1, 2), ("views", 2, 2)]
    assert other.heard == [("views", 1, 2)]


def test_listener_is_gone_after_an_error() -> None:
    listener = _Listener()
    with pytest.raises(RuntimeError), progress.listening(listener):
        raise RuntimeError
    progress.report("views", 1, 1)
    assert listener.heard == []


def test_announce_goes_to_the_log_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        progress.announce("100 % of %s")
    assert "100 % of %s" in caplog.text


def test_silence_reaches_the_log_only(caplog: pytest.LogCaptureFixture) -> None:
    listener = _Listener()
    with progress.listening(listener), caplog.at_level(logging.INFO):
        with pytest.raises(RuntimeError), progress.silence():
            progress.report("views", 1, 2)
            progress.announce("a table")
            raise RuntimeError
        progress.report("views", 2, 2)
    assert listener.heard == [("views", 2, 2)]
    assert "a table" in caplog.text
