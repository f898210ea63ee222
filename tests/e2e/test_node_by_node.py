"""A run that an orchestrator leads: node by node, each called as if it were alone.

`tests/e2e/test_airflow.py` gives each a process. Here they share one, since TensorFlow and TFX take longer
to load than most nodes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.config_file import load_config
from pipeline.nodes import nodes_of
from tests.e2e import sample
from tests.ports import free_port

pytestmark = pytest.mark.e2e

NODES = nodes_of(load_config(None))
SETS = [part for setting in sample.SMALL for part in ("--set", setting)]
CALLS = """
import json, sys
from pipeline_runner import cli
for arguments in json.load(sys.stdin):
    sys.argv = ["pipeline_runner.py", *arguments]
    if code := cli():
        sys.exit(code)
"""


def call(*commands: list[str]) -> subprocess.CompletedProcess[str]:
    """Several commands of ours, one after another in one process, until one fails."""
    return subprocess.run(
        [sys.executable, "-c", CALLS],
        input=json.dumps(commands),
        cwd=sample.ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )


def node(name: str, run_id: str, workspace: Path, *more: str) -> list[str]:
    return ["node", name, "--run-id", run_id, "--workspace", str(workspace), *SETS, *more]


def finish(run_id: str, workspace: Path) -> list[str]:
    return ["finish", "--run-id", run_id, "--workspace", str(workspace), "--json"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run, `first`, node by node; before it was finished, one node was called once more."""
    place = tmp_path_factory.mktemp("nodes")
    result = call(*(node(name, "first", place) for name in NODES), node("Trainer", "first", place))
    assert result.returncode == 0, result.stderr
    assert result.stderr.rstrip().endswith("Trainer is done")
    return place


@pytest.fixture(scope="module")
def summary(workspace: Path) -> dict[str, Any]:
    result = call(finish("first", workspace))
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_run_is_told_as_any_other(workspace: Path, summary: dict[str, Any]) -> None:
    assert summary["status"] == "pushed"
    assert [(each["id"], each["state"]) for each in summary["nodes"]] == [
        (name, "complete") for name in NODES
    ]
    assert summary == json.loads((workspace / "runs" / "first" / "summary.json").read_text())
    assert (workspace / "runs" / "first" / "report.html").exists()
    assert summary["peak_rss_mib"] > 100
    assert [str(path) for path in sample.served(workspace)] == [summary["model"]["pushed_to"]]


def test_whole_run_after_it_finds_everything_done(workspace: Path, summary: dict[str, Any]) -> None:
    assert sample.run(workspace).returncode == 0
    whole = next(each for each in sample.summaries(workspace) if each["run_id"] != "first")
    assert set(sample.states(whole).values()) == {"cached"}
    assert whole["evaluation"] == summary["evaluation"]


def test_run_has_one_config(workspace: Path) -> None:
    result = call(node("Trainer", "first", workspace, "--set", "trainer.dropout=0.5"))
    assert result.returncode == 2
    assert "error: run first has another config" in result.stderr


def test_node_that_comes_too_early_fails_and_is_told_of(workspace: Path) -> None:
    early = call(node("ImageExampleGen", "second", workspace), node("Trainer", "second", workspace))
    assert early.returncode == 1
    finished = call(finish("second", workspace))
    assert finished.returncode == 1
    told = json.loads(finished.stdout)
    assert (told["status"], told["error"].split(":")[0]) == ("failed", "Trainer")
    assert sample.states(told)["ImageExampleGen"] == "cached"


def test_run_whose_nodes_were_not_all_called_has_failed(workspace: Path) -> None:
    # A process that was killed leaves no record either.
    assert call(node("ImageExampleGen", "fourth", workspace)).returncode == 0
    finished = call(finish("fourth", workspace))
    assert finished.returncode == 1
    told = json.loads(finished.stdout)
    assert (told["status"], told["error"]) == ("failed", "StatisticsGen did not come to its end")


def test_run_that_is_not_there_is_said(workspace: Path) -> None:
    result = call(finish("third", workspace))
    assert result.returncode == 2
    assert "error: there is no run `third`" in result.stderr


LONG = ("--set", "trainer.phases.1.epochs=12", "--set", "trainer.phases.1.patience=12")


def start_trainers(workspace: Path, ports: list[int], logs: Path) -> list[subprocess.Popen[bytes]]:
    """The chief and a worker, each with the same command, as on two machines; `logs` has what they say."""
    logs.mkdir()
    processes = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        cluster = {"worker": [f"localhost:{port}" for port in ports]}
        environment = {
            **os.environ,
            "TF_CONFIG": json.dumps({"cluster": cluster, "task": task}),
            "GRAFT_CLUSTER_WAIT": "120",
        }
        arguments = node("Trainer", "several", workspace, *LONG)
        processes.append(
            subprocess.Popen(
                [sys.executable, "pipeline_runner.py", *arguments],
                cwd=sample.ROOT,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=(logs / str(index)).open("wb"),
            )
        )
    return processes


def ends(processes: list[subprocess.Popen[bytes]], logs: Path) -> tuple[list[int], list[str]]:
    """How they end: exit codes, and what they said."""
    codes = [process.wait(timeout=400) for process in processes]
    return codes, [(logs / str(index)).read_text().rstrip() for index in range(2)]


def test_two_processes_train_and_a_lost_one_costs_an_epoch(workspace: Path, tmp_path: Path) -> None:
    before = NODES[: NODES.index("Trainer")]
    assert call(*(node(name, "several", workspace, *LONG) for name in before)).returncode == 0
    models = workspace / "artifacts" / "Trainer" / "model"
    own = set(models.iterdir())
    checkpoints = workspace / "artifacts" / "Trainer" / "checkpoints"
    ports = [free_port(), free_port()]

    pair = chief, worker = start_trainers(workspace, ports, tmp_path / "lost")
    sample.wait_for(lambda: chief.poll() is not None or list(checkpoints.glob("*/fine_tune.npz")))
    worker.kill()
    codes, told = ends(pair, tmp_path / "lost")
    assert codes[0] == 1
    assert "a machine of the 2 that train together was lost" in told[0]

    pair = start_trainers(workspace, ports, tmp_path / "again")
    codes, told = ends(pair, tmp_path / "again")
    assert codes == [0, 0], told
    assert all("phase fine_tune goes on after epoch" in each for each in told)
    assert not checkpoints.exists()
    (model,) = set(models.iterdir()) - own
    assert (model / "Format-Serving" / "saved_model.pb").exists()

    # The chief needs nobody for what is done.
    pair = start_trainers(workspace, ports, tmp_path / "done")
    codes, told = ends(pair, tmp_path / "done")
    assert codes == [0, 0], told
    assert told[0].endswith("Trainer is done")
    assert told[1].endswith("Trainer is trained")
