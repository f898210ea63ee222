"""Runs the real command line in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_cli(*args: str | os.PathLike[str], timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Runs `pipeline_runner.py` with `args` from the repository's root; never raises on its exit code."""
    return run_python(ROOT / "pipeline_runner.py", *args, timeout=timeout)


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
