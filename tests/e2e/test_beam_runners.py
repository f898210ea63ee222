"""The data stages in processes of their own: on Prism, and on two local workers of which one is killed.

All runs end with the same counts and metrics as one in Graft's own process.
"""

from pathlib import Path

import numpy as np
import pytest

from components.feature_store import FEATURES_PREFIX, open_store
from tests.e2e import sample
from tests.e2e.beam_pool import Pool, build_prism, kill, workers_below

pytestmark = pytest.mark.e2e
TWO_WORKERS = "beam.flags=[--direct_running_mode=multi_processing, --direct_num_workers=2]"
TO_THE_VERDICT = ("--to", "Evaluator")
BEAMS = ("ImageExampleGen", "StatisticsGen", "Transform", "Augment", "Evaluator")


def _check_like(workspace: Path, local: Path) -> None:
    ours, theirs = sample.summaries(workspace)[-1], sample.summaries(local)[0]
    assert {sample.states(ours)[stage] for stage in BEAMS} == {"complete"}
    assert ours["data"] == theirs["data"]
    for split in ("train", "eval"):
        _check_same_views(workspace, local, split)
    sample.check_alike(ours["evaluation"], theirs["evaluation"])


def _check_same_views(workspace: Path, local: Path, split: str) -> None:
    """Augment's features: each picture once, and the same figures but for the last digit of 16 bits."""
    one, other = (
        open_store(str(min(each.glob(f"artifacts/Augment/features/*/Split-{split}"))), FEATURES_PREFIX)
        for each in (workspace, local)
    )
    assert (len(one), one.views) == (len(other), other.views)
    for view in range(one.views):
        rows, views = range(len(one)), [view] * len(one)
        (ours, labels), (theirs, known) = one.read(rows, views), other.read(rows, views)
        assert labels.tolist() == known.tolist()
        np.testing.assert_allclose(ours, theirs, atol=2e-2)


def test_on_prism_all_is_as_in_the_own_process(finished: Path, tmp_path: Path) -> None:
    build_prism()
    with Pool(tmp_path / "pool.log") as pool:
        done = sample.run(tmp_path / "prism", *TO_THE_VERDICT, settings=(*sample.SMALL, pool.flags()))
        assert done.returncode == 0, done.stderr
        assert pool.workers_started() >= len(BEAMS)
    _check_like(tmp_path / "prism", finished)


def test_worker_killed_in_the_middle_of_augment(finished: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "two"
    process = sample.start(workspace, *TO_THE_VERDICT, settings=(*sample.SMALL, TWO_WORKERS))
    being_written = "artifacts/Augment/features/*/.unfinished/*"
    sample.wait_for(lambda: process.poll() is not None or any(workspace.glob(being_written)), 480)
    busy, *others = workers_below(process.pid)
    assert len(others) == 1
    kill(busy)
    _, errors = process.communicate(timeout=480)
    assert process.returncode == 0, errors
    assert "(SIGKILL) before its work was done" in _log(workspace)
    _check_like(workspace, finished)


def _log(workspace: Path) -> str:
    return next(workspace.glob("runs/*/log.txt")).read_text()
