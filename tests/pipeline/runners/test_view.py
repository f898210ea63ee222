"""The live view: states, seconds, a bar with an ETA, and plain lines where there is no terminal."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from pipeline.runners import view as view_module
from pipeline.runners.view import NodesView

NODES = ("ImageExampleGen", "Augment", "Trainer", "Pusher")


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(view_module, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def _console(is_terminal: bool = True) -> Console:
    return Console(record=True, force_terminal=is_terminal, width=100, file=io.StringIO())


def lines_of(view: NodesView) -> dict[str, str]:
    """The table as it stands, by node."""
    console = _console()
    console.print(view._render())
    lines = console.export_text().splitlines()
    return {node: line for line in lines for node in NODES if node in line}


def test_table_shows_states_and_seconds(clock: _Clock) -> None:
    view = NodesView(NODES, _console())
    view.node_started("ImageExampleGen")
    view.node_finished("ImageExampleGen", "complete", 12.34)
    view.node_started("Augment")
    view.node_finished("Augment", "cached", 0.1)
    view.node_started("Trainer")
    clock.now += 7.5
    lines = lines_of(view)
    assert lines["ImageExampleGen"].split() == ["✓", "ImageExampleGen", "done", "12.3", "s"]
    assert lines["Augment"].split() == ["✓", "Augment", "cached", "0.1", "s"]
    assert lines["Trainer"].split() == ["▶", "Trainer", "running", "7.5", "s"]
    assert lines["Pusher"].split() == ["·", "Pusher", "waiting"]


def test_table_shows_failed_and_skipped(clock: _Clock) -> None:
    view = NodesView(NODES, _console())
    view.node_started("Trainer")
    view.node_finished("Trainer", "failed", 3.0)
    view.node_finished("Pusher", "skipped", 0.0)
    lines = lines_of(view)
    assert lines["Trainer"].split() == ["✗", "Trainer", "failed", "3.0", "s"]
    assert lines["Pusher"].split() == ["-", "Pusher", "skipped"]


def test_bar_shows_batches_and_eta(clock: _Clock) -> None:
    view = NodesView(NODES, _console())
    view.node_started("Trainer")
    view.on_progress("fine_tune", 0, 200)
    clock.now += 10
    view.on_progress("fine_tune", 20, 200)
    line = lines_of(view)["Trainer"]
    assert "fine_tune" in line and "20/200" in line and "1:30 left" in line
    assert "━" in line


@pytest.mark.parametrize(("seconds", "done", "eta"), [(1.0, 5, ""), (5.0, 0, ""), (5.0, 50, "0:05 left")])
def test_eta_waits_until_it_knows_something(clock: _Clock, seconds: float, done: int, eta: str) -> None:
    view = NodesView(NODES, _console())
    view.node_started("Trainer")
    view.on_progress("head", 0, 100)
    clock.now += seconds
    view.on_progress("head", done, 100)
    line = lines_of(view)["Trainer"]
    assert f"{done}/100" in line
    assert eta in line and ("left" in line) == bool(eta)


def test_eta_starts_anew_with_each_activity(clock: _Clock) -> None:
    view = NodesView(NODES, _console())
    view.node_started("Trainer")
    view.on_progress("head", 0, 10)
    clock.now += 60
    view.on_progress("fine_tune", 0, 10)
    clock.now += 4
    view.on_progress("fine_tune", 1, 10)
    assert "0:36 left" in lines_of(view)["Trainer"]


@pytest.mark.parametrize("width", [80, 90, 120])
def test_progress_stays_on_its_line(clock: _Clock, width: int) -> None:
    console = Console(record=True, force_terminal=True, width=width, file=io.StringIO())
    view = NodesView(["LatestBlessedModel", "Trainer"], console)
    view.node_started("LatestBlessedModel")
    view.on_progress("fine_tune", 1, 1234)
    clock.now += 20
    view.on_progress("fine_tune", 250, 1234)
    console.print(view._render())
    lines = console.export_text().splitlines()
    assert len(lines) == 2, lines
    assert "250/1234" in lines[0]
    assert "left" in lines[0]


def test_bar_goes_with_its_node(clock: _Clock) -> None:
    view = NodesView(NODES, _console())
    view.node_started("Augment")
    view.on_progress("views", 3, 9)
    view.node_finished("Augment", "complete", 2.0)
    view.node_started("Trainer")
    lines = lines_of(view)
    assert "3/9" not in lines["Augment"] and "3/9" not in lines["Trainer"]


def test_terminal_keeps_the_last_table_and_announcements() -> None:
    console = _console()
    with NodesView(NODES, console) as view:
        view.node_started("Trainer")
        view.on_announcement("phase [head]\n  layers \x1b[2J")
        view.node_finished("Trainer", "complete", 4.2)
    text = console.export_text()
    assert text.startswith("phase [head]\n  layers \\x1b[2J\n")
    assert text.rstrip().splitlines()[-2].split() == ["✓", "Trainer", "done", "4.2", "s"]


@pytest.mark.parametrize(("is_terminal", "live"), [(False, True), (True, False)])
def test_lines_where_nothing_is_redrawn(is_terminal: bool, live: bool) -> None:
    console = _console(is_terminal)
    with NodesView(NODES, console, live=live) as view:
        for node, state, seconds in (("Augment", "complete", 61.25), ("Trainer", "cached", 0.04)):
            view.node_started(node)
            view.on_progress("views", 1, 2)
            view.node_finished(node, state, seconds)
    lines = [line.split() for line in console.export_text().splitlines()]
    assert lines == [["Augment", "complete", "61.2", "s"], ["Trainer", "cached", "0.0", "s"]]


def test_error_leaves_the_block() -> None:
    console = _console()
    with pytest.raises(RuntimeError, match="broken"), NodesView(NODES, console) as view:
        view.node_started("Trainer")
        view.node_finished("Trainer", "failed", 1.0)
        raise RuntimeError("broken")
    assert "failed" in console.export_text()
