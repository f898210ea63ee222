"""The labels that look wrong, as people and scripts get them, and the way back."""

import json
import os
import shlex
import time
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from components.label_check.suspects import FILE, Label, read_labels, write_labels
from pipeline.commands.suspects import suspects_command
from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.settings.data import ColumnsConfig
from tests.cli import check_one_clear_line, run_cli
from tests.pipeline.inspection.made import FLOW, Made

RUN = "20240501-120000"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    flow = {**FLOW, "LabelCheck": ({"model": "Trainer.model"}, {"suspects": "Suspects"})}
    written = Made(tmp_path / "workspace", flow)
    written.run(RUN)
    labels = [
        Label(f"cat/{number:03}.jpg", "cat", "train", 1.0, 0.9 - number / 100, "dog", number + 1)
        for number in range(32)
    ]
    labels.append(Label("dog/[red]x.jpg", "dog", "test", 1.0, 0.01, "cat"))
    write_labels(labels, str(written.uri("LabelCheck.suspects")))
    written.run("20240502-120000", cached=tuple(flow))
    return tmp_path / "workspace"


def test_table_of_the_surest(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suspects_command("last", workspace, None, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "32 of 33 labels look wrong"
    assert lines[2].split() == ["cat/000.jpg", "train", "cat", "dog", "0.90"]
    assert lines[-1] == "... and 2 more: --csv FILE or --json"


def test_all_of_them_as_json(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suspects_command(RUN, workspace, None, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert len(found) == 32
    expected = {"rank": 1, "path": "cat/000.jpg", "split": "train", "label": "cat", "suggested": "dog"}
    assert found[0] == {**expected, "wrong": 0.9}


def test_file_and_how_it_goes_back_in(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, config = tmp_path / "my photos", workspace / "runs" / RUN / "config.yaml"
    (photos / "cat").mkdir(parents=True)
    (photos / "cat" / "000.jpg").touch()
    own = {"columns": {"label": "class", "group": "sender"}, "path_pattern": "(?P<day>.)", "share": 0.5}
    config.write_text(yaml.safe_dump({"name": "pets", "data": {"path": str(photos), **own}}))
    suspects_command(RUN, workspace, tmp_path / FILE, as_json=False)
    assert len(read_labels(str(tmp_path))) == 33
    command = shlex.split(capsys.readouterr().err.partition(", then ")[2])
    given = dict(zip(command[2::2], command[3::2], strict=True))
    assert (command[:2], given["--workspace"]) == (["run", str(config)], str(workspace))
    settings = [value for option, value in pairwise(command) if option == "--set"]
    data = load_config(Path(command[1]), given["--data"], settings).data
    assert (data.path, data.root, data.source) == (str(tmp_path / FILE), str(photos), "manifest")
    assert data.columns == ColumnsConfig(label="label", group="sender")
    assert (data.path_pattern, data.share) == (None, 1.0)
    assert sorted(os.listdir(tmp_path)) == ["my photos", FILE, "workspace"]
    # Pictures in shards, or elsewhere.
    suspects_command("last", workspace, tmp_path / FILE, as_json=False)
    assert "correct the labels where they come from" in capsys.readouterr().err


def test_file_that_cannot_be_written(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--csv: `.*` cannot be written: No such file or directory"):
        suspects_command("last", workspace, tmp_path / "none" / "s.csv", as_json=False)


def test_run_that_judged_no_labels(tmp_path: Path) -> None:
    Made(tmp_path / "old").run(RUN)
    done = run_cli("suspects", "--workspace", tmp_path / "old")
    check_one_clear_line(done, ("judged no labels", "LabelCheck"))


def test_run_of_a_policy_never_judges_labels(tmp_path: Path) -> None:
    made = Made(tmp_path / "policy")
    made.run(RUN)
    (made.workspace.runs / RUN / "config.yaml").write_text("task: reinforcement")
    text = "no labels: LabelCheck takes no part where task is reinforcement. Name the run of a classifier"
    with pytest.raises(InputError, match=text):
        suspects_command(RUN, tmp_path / "policy", None, as_json=False)


def test_answers_at_once(workspace: Path) -> None:
    started = time.monotonic()
    done = run_cli("suspects", "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    assert "[red]x" not in done.stdout
    assert time.monotonic() - started < 8  # two seconds, on a machine that does nothing else
