"""What a person sees while a run goes on: the nodes, their state, their seconds, a bar with an ETA."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from pipeline.visible import visible

_MARKS = {
    "waiting": Text("·", "dim"),
    "running": Text("▶", "cyan"),
    "complete": Text("✓", "green"),
    "cached": Text("✓", "dim green"),
    "failed": Text("✗", "bold red"),
    "skipped": Text("-", "dim"),
}
_STYLES = {"complete": "green", "cached": "dim", "failed": "bold red", "running": "cyan"}
_ETA_AFTER_SECONDS = 2.0
_LONGEST_BAR = 24
_LEFT_OF_THE_BAR = 47
"""Mark, node, state and seconds, with the room between them."""


class NodesView:
    """The live table, used as a context manager around a run.

    On a terminal it redraws itself; elsewhere (a pipe, CI) each finished node is one line.
    """

    def __init__(self, nodes: Sequence[str], console: Console, live: bool = True) -> None:
        """
        Args:
            nodes: ids in the order of the flow.
            console: where to draw.
            live: `False` keeps to lines, for instance when logs go to the same screen.
        """
        self._console = console
        self._states: dict[str, str] = dict.fromkeys(nodes, "waiting")
        self._seconds: dict[str, float] = {}
        self._started = 0.0
        self._progress: tuple[str, int, int] | None = None
        self._activity_started = 0.0
        is_live = live and console.is_terminal
        self._live = (
            Live(console=console, refresh_per_second=4, get_renderable=self._render) if is_live else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def node_started(self, node: str) -> None:
        self._states[node] = "running"
        self._started = time.monotonic()
        self._progress = None

    def node_finished(self, node: str, state: str, seconds: float) -> None:
        self._states[node] = state
        self._seconds[node] = seconds
        if not self._live:
            self._console.print(f"{node:<20}{state:<10}{seconds:7.1f} s", highlight=False)

    def on_progress(self, activity: str, done: int, total: int) -> None:
        if self._progress is None or self._progress[0] != activity:
            self._activity_started = time.monotonic()
        self._progress = activity, done, total

    def on_announcement(self, text: str) -> None:
        lines = map(visible, text.split("\n"))  # names of layers come from files of others
        self._console.print(Text("\n".join(lines), "dim"))

    def _render(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=1)
        table.add_column(min_width=18)
        table.add_column(min_width=9)
        table.add_column(justify="right", min_width=8)
        table.add_column()
        for node, state in self._states.items():
            seconds = self._seconds.get(node)
            if state == "running":
                seconds = time.monotonic() - self._started
            table.add_row(
                _MARKS[state],
                Text(node, "bold" if state == "running" else ""),
                Text("done" if state == "complete" else state, _STYLES.get(state, "dim")),
                Text("" if seconds is None or state == "skipped" else f"{seconds:.1f} s", "dim"),
                self._bar() if state == "running" and self._progress else "",
            )
        return Group(table)

    def _bar(self) -> RenderableType:
        activity, done, total = self._progress or ("", 0, 0)
        count, eta = f"{done}/{total}", self._eta(done, total)
        # What is left of the line beside the words.
        left = self._console.width - _LEFT_OF_THE_BAR - len(activity) - len(count) - len(eta) - 3
        row = Table.grid(padding=(0, 1))
        row.add_row(
            Text(activity, "cyan"),
            ProgressBar(total=total, completed=done, width=max(4, min(_LONGEST_BAR, left))),
            Text(count, "dim"),
            Text(eta, "dim"),
        )
        return row

    def _eta(self, done: int, total: int) -> str:
        elapsed = time.monotonic() - self._activity_started
        if done < 1 or elapsed < _ETA_AFTER_SECONDS:
            return ""
        left = elapsed / done * (total - done)
        return f"{int(left // 60)}:{int(left % 60):02d} left"
