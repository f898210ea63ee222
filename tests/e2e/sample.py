"""Small runs of the sample: some two hundred real photos, real weights, short phases."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SMALL = (
    "data.share=0.08",
    "augment.views=2",
    "trainer.phases.0.epochs=4",
    "trainer.phases.0.min_steps=0",
    "trainer.phases.1.epochs=2",
    "trainer.phases.1.min_steps=0",
    "trainer.phases.1.unfreeze=block_14",
    "evaluator.thresholds=[{metric: accuracy, at_least: 0.3}, {metric: macro_f1, at_least: 0.2}]",
)


def run_command(*command: str, settings: tuple[str, ...] = SMALL) -> subprocess.CompletedProcess[str]:
    """Runs another command with the sample's settings to its end."""
    sets = [part for setting in settings for part in ("--set", setting)]
    return subprocess.run(
        [sys.executable, "pipeline_runner.py", *command, *sets],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def command(workspace: Path, *more: str, settings: tuple[str, ...] = SMALL) -> list[str]:
    """The command line of a run of the sample in `workspace`; later settings win."""
    sets = [part for setting in settings for part in ("--set", setting)]
    return [sys.executable, "pipeline_runner.py", "run", "--workspace", str(workspace), *sets, *more]


def run(workspace: Path, *more: str, settings: tuple[str, ...] = SMALL) -> subprocess.CompletedProcess[str]:
    """Runs it to its end."""
    return subprocess.run(
        command(workspace, *more, settings=settings), cwd=ROOT, capture_output=True, text=True, timeout=600
    )


def start(workspace: Path, *more: str, settings: tuple[str, ...] = SMALL) -> subprocess.Popen[str]:
    """Starts it in a process group of its own."""
    return subprocess.Popen(
        command(workspace, *more, settings=settings),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        # A shell's background jobs ignore interrupts, and so would all that they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def wait_for(condition: Callable[[], object], seconds: float = 240) -> None:
    """Waits until something is so, and fails if it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the run did not get that far"
        time.sleep(0.05)


def summaries(workspace: Path) -> list[dict[str, Any]]:
    """The summaries of all runs in a workspace, oldest first."""
    return [json.loads(path.read_text()) for path in sorted((workspace / "runs").glob("*/summary.json"))]


def states(summary: dict[str, Any]) -> dict[str, str]:
    """The state of each node."""
    return {node["id"]: node["state"] for node in summary["nodes"]}


def served(workspace: Path) -> list[Path]:
    """Everything that stands in the sample's serving folder."""
    folder = workspace / "serving" / "solar-cells"
    return sorted(folder.iterdir()) if folder.exists() else []


def check_alike(one: Any, other: Any) -> None:
    """The same values; numbers to the fifth digit.

    Beam batches by the clock, and other batches round other last digits of the probabilities.
    """
    first, second = (dict(_flat(each)) for each in (one, other))
    assert first.keys() == second.keys()
    for key, value in first.items():
        is_number = isinstance(value, float)
        assert value == (pytest.approx(second[key], abs=1e-5) if is_number else second[key]), key


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield from _flat(each, f"{prefix}/{key}")
    else:
        yield prefix, value
