"""The compiled DAG on a real Airflow: parsed, run, killed and tried again, run a second time, refused."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline.config_file import load_config
from pipeline.nodes import nodes_of
from tests.e2e import sample
from tests.e2e.airflow import BINARY, Airflow

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not BINARY.exists(), reason="Airflow is not installed: make airflow"),
]
DAG = "solar-cells"
NODES = nodes_of(load_config(None))


@dataclass(frozen=True)
class Runs:
    """Of one workspace: a run whose Trainer was killed, the same again, and one that is not blessed."""

    airflow: Airflow
    workspace: Path
    details: dict[str, Any]
    killed: str
    again: str
    refused: str
    states: tuple[str, str, str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    root = tmp_path_factory.mktemp("airflow")
    workspace = root / "workspace"
    with Airflow(root / "home") as airflow:
        written = sample.run_command(
            *(
                "compile",
                "airflow",
                "--output",
                str(airflow.dags / "graft.py"),
                "--workspace",
                str(workspace),
            ),
            settings=(*sample.SMALL, "airflow.retry_seconds=1"),
        )
        assert written.returncode == 0, written.stderr
        details = airflow.parsed(DAG)
        killed = airflow.trigger(DAG)
        _kill_once(workspace, "Trainer")
        states = [airflow.wait(DAG, killed)]
        again = airflow.trigger(DAG)
        states.append(airflow.wait(DAG, again))
        refused = airflow.trigger(DAG, overrides=["evaluator.thresholds=[{metric: accuracy, at_least: 1.0}]"])
        states.append(airflow.wait(DAG, refused))
        yield Runs(airflow, workspace, details, killed, again, refused, (states[0], states[1], states[2]))


def _kill_once(workspace: Path, node: str) -> None:
    """The process of a node, once it has written a checkpoint."""
    sample.wait_for(lambda: list((workspace / "artifacts" / node / "checkpoints").glob("*/*.npz")), 600)
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if {"node", node, str(workspace)} <= set(line):
            os.kill(process.pid, signal.SIGKILL)
            return
    pytest.fail(f"no process of {node} was found")


def test_dag_has_a_task_a_node_and_the_pipelines_edges(runs: Runs) -> None:
    tasks = runs.airflow.tasks(DAG, runs.killed)
    assert set(tasks) == {*NODES, "finish"}
    assert runs.details["max_active_runs"] == 1
    started = {name: task["start_date"] for name, task in tasks.items()}
    ended = {name: task["end_date"] for name, task in tasks.items()}
    assert ended["ImageExampleGen"] < started["StatisticsGen"]
    assert ended["Trainer"] < started["Evaluator"] < started["Pusher"] < started["finish"]


def test_killed_task_is_tried_again_and_the_run_ends_well(runs: Runs) -> None:
    assert runs.states[0] == "success"
    tries = {name: task["try_number"] for name, task in runs.airflow.tasks(DAG, runs.killed).items()}
    assert tries["Trainer"] == 2
    assert {tries[name] for name in tries if name != "Trainer"} == {1}
    assert "goes on after epoch" in runs.airflow.log(DAG, runs.killed, "Trainer", attempt=2)


def test_summary_is_an_xcom_and_a_run_of_the_workspace(runs: Runs) -> None:
    summary = runs.airflow.xcom(DAG, runs.killed, "finish", "summary")
    first = sample.summaries(runs.workspace)[0]
    assert summary == first
    assert summary["status"] == "pushed"
    assert set(sample.states(summary).values()) == {"complete"}


def test_second_run_is_cached(runs: Runs) -> None:
    assert runs.states[1] == "success"
    summary = runs.airflow.xcom(DAG, runs.again, "finish", "summary")
    assert set(sample.states(summary).values()) == {"cached"}
    assert len(sample.served(runs.workspace)) == 1


def test_what_is_not_blessed_fails_without_another_try(runs: Runs) -> None:
    assert runs.states[2] == "failed"
    tasks = runs.airflow.tasks(DAG, runs.refused)
    assert (tasks["finish"]["state"], tasks["finish"]["try_number"]) == ("failed", 1)
    assert runs.airflow.xcom(DAG, runs.refused, "finish", "summary")["status"] == "not_blessed"
    assert "accuracy on overall is" in runs.airflow.log(DAG, runs.refused, "finish")
    assert len(sample.served(runs.workspace)) == 1


def test_metrics_are_those_of_a_run_on_this_machine(runs: Runs, tmp_path: Path) -> None:
    result = sample.run(tmp_path / "local")
    assert result.returncode == 0, result.stderr
    (local,) = sample.summaries(tmp_path / "local")
    sample.check_alike(sample.summaries(runs.workspace)[0]["evaluation"], local["evaluation"])
