"""`inspect` on a workspace that a real run left."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli import run_cli
from tests.e2e import sample

pytestmark = pytest.mark.e2e


def asked(workspace: Path, *arguments: str) -> Any:
    done = run_cli("inspect", *arguments, "--workspace", workspace, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_run_with_what_each_node_put_out(finished: Path) -> None:
    summary = sample.summaries(finished)[0]
    found = asked(finished, "run", summary["run_id"])
    assert (found["status"], found["version"]) == ("pushed", summary["model"]["version"])
    made = {node["id"]: [each["name"] for each in node["artifacts"]] for node in found["nodes"]}
    assert sorted(made["ImageExampleGen"]) == ["examples", "quarantine"]
    assert made["Pusher"] == ["pushed_model"]
    assert all(each["is_there"] for node in found["nodes"] for each in node["artifacts"])


def test_pushed_version_reaches_the_pictures_what_was_set_aside_and_the_config(finished: Path) -> None:
    summary = sample.summaries(finished)[0]
    found = asked(finished, "lineage", summary["model"]["version"])
    nodes = [step["execution"]["node"] for step in found["back"]]
    assert nodes[0] == "Pusher"
    assert {"Evaluator", "Trainer", "Augment", "Transform", "SchemaGen", "ImageExampleGen"} <= set(nodes)
    (data,) = found["data"]
    assert data["data"] == "solar_cells"
    assert (Path(data["quarantine"]) / "quarantine.jsonl").exists()
    assert Path(found["configs"][summary["run_id"]]).exists()


def test_a_run_does_not_differ_from_itself(finished: Path) -> None:
    summary = sample.summaries(finished)[0]
    found = asked(finished, "diff", summary["run_id"], summary["run_id"])
    assert found["config"] == found["data"] == []
    assert found["flips"]["pictures"] == summary["evaluation"]["examples"]
    assert found["flips"]["both_right"] == round(
        summary["evaluation"]["accuracy"] * found["flips"]["pictures"]
    )
    assert found["flips"]["p_value"] == 1
