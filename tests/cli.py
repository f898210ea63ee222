"""Runs the real command line in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_cli(*args: str | os.PathLike[str], timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Runs `pipeline_runner.py` with `args` from the repository's root; never raises on its exit code."""
    return run_python(ROOT / "pipeline_runner.py", *args, timeout=timeout)


def check_one_clear_line(done: "subprocess.CompletedProcess[str]", words: Iterable[str]) -> None:
    """A mistake is exit code 2 and one line that holds all of `words`: no traceback, nothing on stdout."""
    assert "Traceback" not in done.stderr
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len([line for line in done.stderr.splitlines() if line.strip()]) == 1, done.stderr
    assert done.stderr.startswith("error: ")
    assert all(word in done.stderr for word in words), done.stderr


def children_seconds() -> float:
    """Processor time of all processes that were started here and have ended, seconds."""
    times = os.times()
    return times.children_user + times.children_system


def run_python(*args: str | os.PathLike[str], timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Runs this Python with `args` from the repository's root."""
    return subprocess.run(
        [sys.executable, *map(os.fspath, args)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )
