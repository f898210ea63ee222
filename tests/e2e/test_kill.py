"""A run that is killed or interrupted goes on where it was, and ends as if nothing had happened."""

import os
import signal
from pathlib import Path

import pytest

from tests.e2e import sample

pytestmark = pytest.mark.e2e


def test_killed_run_loses_no_finished_node_and_ends_the_same(finished: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    process = sample.start(workspace)
    checkpoints = workspace / "artifacts" / "Trainer" / "checkpoints"
    # Between two epochs of the second phase: the head is done, fine-tuning is not.
    sample.wait_for(lambda: process.poll() is not None or list(checkpoints.glob("*/fine_tune.npz")))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert sample.summaries(workspace) == []
    assert sample.served(workspace) == []

    again = sample.run(workspace)
    (summary,) = sample.summaries(workspace)
    states = sample.states(summary)
    assert again.returncode == 0, again.stderr
    assert {states[node] for node in ("ImageExampleGen", "StatisticsGen", "Transform", "Augment")} == {
        "cached"
    }
    assert states["Trainer"] == "complete"
    log = (workspace / "runs" / summary["run_id"] / "log.txt").read_text()
    assert "head goes on after epoch 4" in log
    assert "fine_tune goes on after epoch" in log
    # Promises 5 and 8: the same config, data and seed end in the same metrics, killed or not.
    expected = sample.summaries(finished)[0]
    sample.check_alike(summary["evaluation"], expected["evaluation"])
    assert (summary["data"], summary["training"]) == (expected["data"], expected["training"])
    assert not checkpoints.exists()


def _records(workspace: Path) -> dict[str, bytes]:
    """The files that ImageExampleGen wrote, by their path below its only execution."""
    (examples,) = (workspace / "artifacts" / "ImageExampleGen" / "examples").iterdir()
    return {
        str(path.relative_to(examples)): path.read_bytes() for path in examples.rglob("*") if path.is_file()
    }


def test_killed_ingestion_leaves_nothing_and_ends_in_the_same_artifact(
    finished: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    process = sample.start(workspace)
    node = workspace / "artifacts" / "ImageExampleGen"
    sample.wait_for(lambda: process.poll() is not None or list(node.glob("quarantine/*/.entries")))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (killed,) = (node / "quarantine").iterdir()

    again = sample.run(workspace, "--to", "ImageExampleGen")
    assert again.returncode == 0, again.stderr
    assert not killed.exists()
    assert _records(workspace) == _records(finished)
    (quarantine,) = (node / "quarantine").iterdir()
    assert {path.name for path in quarantine.iterdir()} == {"quarantine.jsonl", "findings.json", "thumbnails"}


def test_interrupted_run_says_so_and_goes_on(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    process = sample.start(workspace)
    sample.wait_for(
        lambda: process.poll() is not None or (workspace / "artifacts" / "StatisticsGen").exists()
    )
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again to go on" in errors
    assert "Traceback" not in errors
    (summary,) = sample.summaries(workspace)
    assert summary["status"] == "stopped"

    again = sample.run(workspace, "--to", "SchemaGen")
    assert again.returncode == 0
    assert sample.states(sample.summaries(workspace)[-1])["ImageExampleGen"] == "cached"
