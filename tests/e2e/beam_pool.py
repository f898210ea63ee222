"""Beam's portable runner Prism for the tests, and Graft's own pool of workers that it asks."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

import psutil
import pytest

from tests.e2e.sample import ROOT, wait_for
from tests.ports import free_port

PRISM = ROOT / ".prism" / "prism"


def build_prism() -> None:
    """Builds it: minutes, or nothing if it was built before. Skips the test where that is not possible."""
    if not shutil.which("go"):
        pytest.skip("Prism is built with Go, which is not installed")
    done = subprocess.run(["make", "prism"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"Prism could not be built: {done.stderr.strip().splitlines()[-1]}")


class Pool:
    """`python -m pipeline.beam.worker --service_port=...`, as long as the block lasts."""

    def __init__(self, log: Path) -> None:
        self._port, self._log = free_port(), log

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "pipeline.beam.worker", f"--service_port={self._port}"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        wait_for(lambda: "workers can be had" in self._log.read_text(), 60)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        assert self._process.wait(60) == 0

    def flags(self) -> str:
        """`beam.flags` that send the data stages to Prism, and Prism to this pool."""
        return (
            f"beam.flags=[--runner=PrismRunner, --prism_location={PRISM}, --environment_type=EXTERNAL, "
            f"--environment_config=localhost:{self._port}]"
        )

    def workers_started(self) -> int:
        """How many workers were asked for."""
        return self._log.read_text().count(" is process ")


def workers_below(process: int) -> list[psutil.Process]:
    """The worker processes that a process started, the busiest first."""
    children = psutil.Process(process).children(recursive=True)
    workers = [child for child in children if "pipeline.beam.worker" in child.cmdline()]
    return sorted(workers, key=lambda worker: -sum(worker.cpu_times()[:2]))


def kill(worker: psutil.Process) -> None:
    """As a machine that is lost: nothing is said any more."""
    os.kill(worker.pid, signal.SIGKILL)
