"""`inspect`: for people and for scripts, on a workspace with 50 runs."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.evaluator.explanation import explain
from pipeline.runners.summary import write_summary
from pipeline.settings.evaluator import EvaluatorConfig
from tests.cli import check_one_clear_line, run_cli, run_python
from tests.components.evaluator.made import told
from tests.pipeline.inspection.made import LABELS, Made

FIRST, SECOND = "20240501-120000", "20240501-120049"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 runs on the same pictures."""
    root = tmp_path_factory.mktemp("inspect") / "ws"
    made = Made(root)
    answers = {f"{label}-{number}.jpg": label for label in ("cat", "dog") for number in range(20)}
    for number in range(50):
        wrong = {"cat-3.jpg": "dog"} if number < 49 else {"dog-7.jpg": "cat", "dog-8.jpg": "cat"}
        cached = ("ImageExampleGen",) if number else ()
        made.run(f"20240501-1200{number:02}", cached, {**answers, **wrong}, dropout=number / 100)
    return root


@pytest.fixture(scope="module")
def large(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same runs, as if each were judged on 100 classes and 20 slices."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 100, 2000)
    answered = np.where(generator.random(2000) < 0.8, labels, generator.integers(0, 100, 2000))
    names = tuple(f"class {number}" for number in range(100))
    sites = [f"site {number % 20}" for number in range(2000)]
    answers = told(labels.tolist(), answered.tolist(), 100, names=names, site=sites)  # type: ignore[arg-type]
    config = EvaluatorConfig(slices=("site",))
    evaluation = {**explain(answers, config, temperature=1.0)["evaluation"], "labels": LABELS}
    root = shutil.copytree(workspace, tmp_path_factory.mktemp("large") / "ws")
    for run in (root / "runs").iterdir():
        write_summary({**json.loads((run / "summary.json").read_text()), "evaluation": evaluation}, run)
    return root


def asked(workspace: Path, *arguments: str) -> Any:
    """The answer as JSON."""
    done = run_cli("inspect", *arguments, "--workspace", workspace, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def text_of(workspace: Path, *arguments: str) -> list[str]:
    done = run_cli("inspect", *arguments, "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    return [line.strip() for line in done.stdout.replace(str(workspace), "WS").splitlines()]


def test_runs(workspace: Path) -> None:
    rows = asked(workspace, "runs")
    assert len(rows) == 50
    assert rows[0] == {
        "run": SECOND,
        "started": "2024-05-01 12:00:49",
        "status": "pushed",
        "backbone": "efficientnet_lite0",
        "accuracy": 0.95,
        "macro_f1": 0.475,
        "mean_return": None,
        "version": "17120049",
        "seconds": 63.2,
    }
    lines = text_of(workspace, "runs")
    assert lines[0].split() == ["run", "status", "accuracy", "macro", "F1", "version", "seconds", "backbone"]
    assert lines[1].split()[:6] == [SECOND, "pushed", "0.9500", "0.4750", "17120049", "63.2"]


def test_run(workspace: Path) -> None:
    found = asked(workspace, "run", "last")
    assert found["run"] == SECOND
    assert [node["id"] for node in found["nodes"]] == ["ImageExampleGen", "Trainer", "Evaluator", "Pusher"]
    assert found["nodes"][0]["artifacts"] == [
        {
            "name": name,
            "id": number,
            "type": kind,
            "uri": f"{workspace}/artifacts/ImageExampleGen/{name}/1",
            "is_there": True,
        }
        for number, (name, kind) in enumerate((("examples", "Examples"), ("quarantine", "Quarantine")), 1)
    ]
    lines = text_of(workspace, "run", "last")
    assert "ImageExampleGen  cached        1.2  1 examples, 2 quarantine" in lines
    assert lines[-1] == f"WS/runs/{SECOND}"


def test_artifacts(workspace: Path) -> None:
    rows = asked(workspace, "artifacts")
    assert len(rows) == 2 + 50 * 3
    assert [row["id"] for row in rows] == [*range(len(rows), 0, -1)]
    models = asked(workspace, "artifacts", "--type", "Model")
    assert len(models) == 50
    assert (models[0]["node"], models[0]["run"]) == ("Trainer", SECOND)
    assert text_of(workspace, "artifacts", "--type", "Quarantine")[1] == (
        "2  Quarantine  ImageExampleGen  20240501-120000  artifacts/ImageExampleGen/quarantine/1"
    )


def test_lineage_from_a_pushed_version_to_the_data_and_what_was_set_aside(workspace: Path) -> None:
    (pushed, *_) = asked(workspace, "artifacts", "--type", "PushedModel")
    found = asked(workspace, "lineage", str(pushed["id"]))
    assert found["artifact"]["run"] == SECOND
    (data,) = found["data"]
    assert data["data"] == "class_folders photos"
    assert data["quarantine"] == f"{workspace}/artifacts/ImageExampleGen/quarantine/1"
    assert found["configs"] == {run: f"{workspace}/runs/{run}/config.yaml" for run in (FIRST, SECOND)}
    golden = f"""\
what it was made from
{pushed["id"]} PushedModel Pusher/pushed_model/200
└── by Pusher in run {SECOND}
└── {pushed["id"] - 2} Model Trainer/model/198
└── by Trainer in run {SECOND}
└── 1 Examples ImageExampleGen/examples/1
└── by ImageExampleGen in run {FIRST}

data: class_folders photos; set aside: WS/artifacts/ImageExampleGen/quarantine/1
config of run {FIRST}: WS/runs/{FIRST}/config.yaml
config of run {SECOND}: WS/runs/{SECOND}/config.yaml"""
    lines = text_of(workspace, "lineage", str(pushed["id"]))
    assert " ".join(lines).split() == golden.split()


def test_diff(workspace: Path) -> None:
    found = asked(workspace, "diff", FIRST, "last")
    assert found["config"] == [{"key": "trainer.dropout", "first": 0.0, "second": 0.49}]
    assert (found["flips"]["won"], found["flips"]["lost"]) == (["cat-3.jpg"], ["dog-7.jpg", "dog-8.jpg"])
    assert text_of(workspace, "diff", FIRST, "last") == [
        f"config           {FIRST}  {SECOND}",
        "trainer.dropout           0.0000           0.4900",
        "",
        f"metrics              {FIRST}  {SECOND}  difference",
        "accuracy on overall           0.9750           0.9500     -0.0250",
        "macro_f1 on overall           0.4875           0.4750     -0.0125",
        "",
        "on 40 shared test pictures the second won 1 and lost 2; p = 1.000 (McNemar)",
        "won cat-3.jpg",
        "lost dog-7.jpg",
        "lost dog-8.jpg",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "2023"), ("no such run", "inspect runs")),
        (("lineage", "9999"), ("no artifact", "inspect artifacts")),
        (("diff", "last", "nosuch"), ("`nosuch`", "no such run")),
        (("artifacts", "--type", "Modle"), ("no artifact of type `Modle`", "Model", "Quarantine")),
    ],
)
def test_what_is_not_there(workspace: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    check_one_clear_line(run_cli("inspect", *arguments, "--workspace", workspace), words)


def test_run_that_was_interrupted_before_its_first_node(tmp_path: Path) -> None:
    (tmp_path / "runs" / FIRST).mkdir(parents=True)
    found = asked(tmp_path, "run", "last")
    assert (found["status"], found["nodes"]) == ("unfinished", [])


def test_run_that_was_killed_or_is_at_work_shows_the_nodes_that_began(tmp_path: Path) -> None:
    made = Made(tmp_path / "ws")
    made.run(FIRST)
    made.run(SECOND, cached=("ImageExampleGen",))
    made.set_state("Trainer", "RUNNING")
    (made.workspace.runs / SECOND / "summary.json").unlink()
    found = asked(tmp_path / "ws", "run", "last")
    assert found["status"] == "unfinished"
    assert [(node["id"], node["state"]) for node in found["nodes"]] == [
        ("ImageExampleGen", "cached"),
        ("Trainer", "running"),
        ("Evaluator", "complete"),
        ("Pusher", "complete"),
    ]
    assert [each["id"] for each in found["nodes"][0]["artifacts"]] == [1, 2]
    assert found["nodes"][1]["seconds"] is None and found["nodes"][2]["seconds"] >= 0
    assert "Trainer          running            6 model" in text_of(tmp_path / "ws", "run", "last")


@pytest.mark.parametrize("arguments", [("runs",), ("run", "last"), ("artifacts",), ("lineage", "1")])
def test_nothing_has_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run_cli("inspect", *arguments, "--workspace", tmp_path)
    check_one_clear_line(done, ("nothing has run", "--workspace"))


@pytest.mark.parametrize(
    "arguments", [("runs",), ("run", "last"), ("artifacts",), ("lineage", "1"), ("diff", FIRST, SECOND)]
)
def test_answers_at_once_and_without_tensorflow(large: Path, arguments: tuple[str, ...]) -> None:
    command = ["pipeline_runner.py", "inspect", *arguments, "--workspace", str(large)]
    heavy = "[name for name in ('tensorflow', 'tfx', 'apache_beam', 'keras') if name in sys.modules]"
    program = f"import sys, time, pipeline_runner; sys.argv = {command!r}; pipeline_runner.cli()"
    done = run_python("-c", f"{program}; print({heavy}, time.process_time())")
    loaded, _, seconds = done.stdout.splitlines()[-1].rpartition(" ")
    assert loaded == "[]", done.stderr
    assert float(seconds) < 2  # its own: other tests run beside it
