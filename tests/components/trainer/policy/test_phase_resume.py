"""A phase that is killed, in whatever way and moment, ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.environments.judging import Played
from tests.components.trainer.policy.small_phase import JUDGED, ROLLOUTS, Trained, Watcher, are_equal, train


@pytest.fixture(scope="module")
def straight() -> Callable[[str], Trained]:
    """What comes of it when nobody interrupts; made once."""
    return cache(lambda algorithm: train(world={"algorithm": algorithm}))


@pytest.mark.parametrize(
    ("algorithm", "killed_at"), [("ppo", 1), ("ppo", 2), ("ppo", 6), ("ppo", 7), ("reinforce", 3)]
)
def test_killed_phase_ends_bit_identical(
    tmp_path: Path, straight: Any, algorithm: str, killed_at: int
) -> None:
    path, world = tmp_path / "phase.npz", {"algorithm": algorithm}
    with pytest.raises(KeyboardInterrupt):
        train(path, Watcher(killed_at), world=world)
    watcher = Watcher()
    resumed = train(path, watcher, world=world)
    done = max(judged for judged in JUDGED if judged < killed_at)
    assert [report[1] for report in watcher.reports] == list(range(done + 1, ROLLOUTS + 1))
    assert are_equal(straight(algorithm), resumed)


@pytest.mark.slow
def test_killed_again_and_again_even_while_it_judges(tmp_path: Path, straight: Any) -> None:
    path = tmp_path / "phase.npz"
    for _ in JUDGED[1:]:
        calls = []

        def score(episodes: Sequence[Played], calls: list[int] = calls) -> float:
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return float(np.mean([episode.reward for episode in episodes]))

        # The first judgement of a process is taken down, the second kills it.
        with pytest.raises(KeyboardInterrupt):
            train(path, world={"score": score})
    assert are_equal(straight("ppo"), train(path))


REALLY_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.components.trainer.policy.small_phase import Watcher, train

class Killer(Watcher):
    def on_progress(self, activity, done, total):
        if done == 6:
            os.kill(os.getpid(), signal.SIGKILL)

train(Path(sys.argv[1]), Killer())
"""


@pytest.mark.slow
def test_really_killed_process_ends_bit_identical(tmp_path: Path, straight: Any) -> None:
    path = tmp_path / "phase.npz"
    done = subprocess.run([sys.executable, "-c", REALLY_KILLED, str(path)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    watcher = Watcher()
    assert are_equal(straight("ppo"), train(path, watcher))
    assert watcher.reports[0][1] == 5


@pytest.mark.parametrize("cut", [0, 100, -1])
def test_damaged_checkpoint_is_as_none(tmp_path: Path, straight: Any, cut: int) -> None:
    path = tmp_path / "phase.npz"
    with pytest.raises(KeyboardInterrupt):
        train(path, Watcher(5))
    path.write_bytes(path.read_bytes()[:cut])
    assert are_equal(straight("ppo"), train(path))


def test_finished_phase_does_not_train_again(tmp_path: Path) -> None:
    path = tmp_path / "phase.npz"
    trained, watcher = train(path), Watcher()
    assert are_equal(trained, train(path, watcher))
    assert not watcher.reports
