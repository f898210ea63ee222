"""A policy from pictures to `predict`: by costs on the sample, and in an environment of a user's own."""

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data import solar_cells
from tests.cli import check_one_clear_line, run_cli
from tests.e2e import sample

pytestmark = pytest.mark.e2e

DECISION = "pipeline/configs/solar_cells_decision.yaml"
SMALL = (
    "data.share=0.08",
    "augment.views=2",
    "environment.count=32",
    "policy.judged_every=2",
    "policy.phases=[{name: head, steps: 2048}, {name: fine_tune, steps: 512, unfreeze: 1%}]",
    "evaluator.returns.beats_fixed=false",
)
OWN = (
    "task=reinforcement",
    "name=colours",
    "data={source: none}",
    "evaluator={}",
    "backbone.size=32",
    "environment.id=tests.e2e.colours:Colours-v0",
    "environment.count=16",
    "policy.algorithm=reinforce",
    "policy.rollout=4",
    "policy.batch_size=32",
    "policy.phases=[{name: head, steps: 2048, head_rate: 0.01}]",
    "policy.episodes=32",
    "evaluator.returns.at_least=0.9",
)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a run that was pushed."""
    workspace = tmp_path_factory.mktemp("policy") / "workspace"
    done = sample.run(workspace, DECISION, settings=SMALL)
    assert done.returncode == 0, done.stderr
    return workspace


def test_a_policy_is_pushed_and_judged_by_what_it_costs(decided: Path) -> None:
    (summary,) = sample.summaries(decided)
    assert {node["state"] for node in summary["nodes"]} == {"complete"}
    assert [node["id"] for node in summary["nodes"]][6:] == [
        "Augment",
        "Trainer",
        "LatestBlessedModel",
        "Evaluator",
        "Pusher",
    ]
    evaluation = summary["evaluation"]
    assert evaluation["examples"] == summary["data"]["splits"]["test"]
    assert evaluation["costs"]["defective"] == {"defective": 0, "functional": 10, "ask a person": 1}
    assert -10 <= evaluation["mean_return"] <= 0
    assert sum(evaluation["actions"].values()) == pytest.approx(1)
    assert {"cell_type=mono", "cell_type=poly"} == set(evaluation["slices"])
    assert (Path(summary["model"]["pushed_to"]) / "saved_model.pb").exists()
    assert (decided / "runs" / summary["run_id"] / "report.html").exists()


def test_predict_answers_with_actions(decided: Path) -> None:
    (summary,) = sample.summaries(decided)
    path, *_ = next(solar_cells.labels())
    picture = solar_cells.folder() / path
    done = run_cli("predict", picture, "--model", summary["model"]["pushed_to"], "--json", timeout=120)
    (answer,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert answer["label"] in summary["evaluation"]["names"]


def test_a_changed_head_runs_no_extraction(decided: Path) -> None:
    sample.run(decided, DECISION, settings=(*SMALL, "policy.hidden=8"))
    states = sample.states(sample.summaries(decided)[-1])
    assert {states[node] for node in list(states)[:7]} == {"cached"}
    assert states["Trainer"] == "complete"


def test_killed_in_training_it_goes_on_with_the_same_curve(decided: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    process = sample.start(workspace, DECISION, settings=SMALL)
    checkpoints = workspace / "artifacts" / "Trainer" / "checkpoints"
    sample.wait_for(lambda: process.poll() is not None or list(checkpoints.glob("*/fine_tune.npz")))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert sample.summaries(workspace) == []

    again = sample.run(workspace, DECISION, settings=SMALL)
    assert again.returncode == 0, again.stderr
    (summary,), expected = sample.summaries(workspace), sample.summaries(decided)[0]
    log = (workspace / "runs" / summary["run_id"] / "log.txt").read_text()
    assert "head goes on after rollout 8" in log and "fine_tune goes on after rollout" in log
    sample.check_alike(summary["training"], expected["training"])
    sample.check_alike(summary["evaluation"], expected["evaluation"])
    assert not checkpoints.exists()


def test_an_environment_of_ones_own_is_learnt_judged_and_served(tmp_path: Path) -> None:
    done = sample.run(tmp_path / "workspace", settings=OWN)
    assert done.returncode == 0, done.stderr + done.stdout
    (summary,) = sample.summaries(tmp_path / "workspace")
    assert [node["id"] for node in summary["nodes"]] == [
        "Trainer",
        "LatestBlessedModel",
        "Evaluator",
        "Pusher",
    ]
    assert summary["evaluation"]["mean_return"] >= 0.9
    blue = np.full((300, 200, 3), 40, np.uint8) + np.array([0, 0, 150], np.uint8)
    Image.fromarray(blue).save(tmp_path / "blue.png")
    answered = run_cli(
        "predict", tmp_path / "blue.png", "--workspace", tmp_path / "workspace", "--json", timeout=120
    )
    assert json.loads(answered.stdout)["label"] == "2"


def test_an_environment_that_breaks_its_word_ends_the_run_in_one_line(tmp_path: Path) -> None:
    settings = (*OWN, "environment.arguments={spoilt: true}")
    done = sample.run(tmp_path / "workspace", settings=settings)
    assert done.returncode == 2
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("error: "))
    assert "Colours-v0" in line and "reward" in line
    assert not (tmp_path / "workspace" / "serving").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            ["environment.decision.costs={defective: {functional: 10}}"],
            ["class `functional`", "Add `"],
        ),
        (["environment.decision.costs={crack: {functional: 1}}"], ["crack", "which there is not"]),
        (["environment.id=graft/Decission-v0"], ["data.source=none"]),
        (["environment.id=Nowhere-v0", "data={source: none}"], ["Nowhere-v0", "not known to Gymnasium"]),
        (["environment.id=CartPole-v1", "data={source: none}"], ["CartPole-v1", "no picture"]),
        (["environment.classifier=workspace/none"], ["environment.classifier", "workspace/none"]),
        (["policy.phases=[{name: a, steps: 1, unfreeze: roof}]"], ["policy.phases", "roof"]),
        (["tuner.trials=3"], ["tuner.trials", "take no part"]),
    ],
)
def test_bad_input(tmp_path: Path, settings: list[str], words: list[str]) -> None:
    sets = [part for setting in settings for part in ("--set", setting)]
    done = run_cli("run", DECISION, "--workspace", tmp_path / "workspace", *sets)
    check_one_clear_line(done, words)
    assert not (tmp_path / "workspace" / "runs").exists()
