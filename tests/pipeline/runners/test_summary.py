"""`summary.json`: status, nodes, error, whatever a run reached."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tfx.types import Artifact, standard_artifacts

from components.evaluator.explanation_file import write_explanation
from components.exports.exports_file import FOLDER, Export, write_exports
from components.label_check.component import Suspects
from components.label_check.suspects import Label, write_labels
from pipeline import VERSION
from pipeline.config import Config
from pipeline.nodes import NODES
from pipeline.runners.local import NodeResult, State
from pipeline.runners.summary import NotStarted, Summary, summarise, write_summary
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.data import DataConfig

CONFIG = Config(data=DataConfig(source="solar_cells"))


class _Runner(NotStarted):
    """A run that is over, as if its nodes had put out these artifacts."""

    def __init__(self, states: dict[str, State], artifacts: dict[tuple[str, str], Artifact]) -> None:
        super().__init__(NODES)
        self.results = [NodeResult(node, state, 1.23456) for node, state in states.items()]
        self._artifacts = artifacts

    def outputs(self, node: str, name: str) -> list[Artifact]:
        return [self._artifacts[node, name]] if (node, name) in self._artifacts else []


def _evaluation(root: Path, *states: str) -> dict[tuple[str, str], Artifact]:
    evaluation = standard_artifacts.ModelEvaluation()
    evaluation.uri = str(root)
    verdicts = [{"state": state, "reason": f"{state} it has"} for state in states]
    write_explanation({"evaluation": {"accuracy": 0.5}, "verdicts": verdicts}, str(root))
    return {("Evaluator", "evaluation"): evaluation}


def _pushed(root: Path) -> dict[tuple[str, str], Artifact]:
    pushed = standard_artifacts.PushedModel()
    pushed.set_int_custom_property("pushed", 1)
    pushed.set_string_custom_property("pushed_destination", str(root))
    return {("Pusher", "pushed_model"): pushed}


def summary_of(runner: NotStarted, **arguments: Any) -> Summary:
    return summarise(runner, CONFIG, "20240501-120000", 100.0, **arguments)


@pytest.mark.parametrize(
    ("is_blessed", "is_pushed", "status"),
    [
        (None, False, "stopped"),
        (True, False, "stopped"),
        (True, True, "pushed"),
        (False, False, "not_blessed"),
    ],
)
def test_status_follows_from_blessing_and_push(
    tmp_path: Path, is_blessed: bool | None, is_pushed: bool, status: str
) -> None:
    artifacts = (
        {} if is_blessed is None else _evaluation(tmp_path, "held", "held" if is_blessed else "failed")
    )
    runner = _Runner({}, artifacts | (_pushed(tmp_path) if is_pushed else {}))
    summary = summary_of(runner)
    assert summary["status"] == status
    assert summary["blessing"].get("reasons", []) == (["failed it has"] if is_blessed is False else [])
    assert "error" not in summary


def test_verdicts_by_what_came_of_them(tmp_path: Path) -> None:
    summary = summary_of(_Runner({}, _evaluation(tmp_path, "failed", "held", "not_judged")))
    assert summary["evaluation"] == {"accuracy": 0.5}
    assert summary["blessing"] == {
        "blessed": False,
        "reasons": ["failed it has"],
        "failures": [{"state": "failed", "reason": "failed it has"}],
        "not_judged": ["not_judged it has"],
    }


def test_every_node_is_listed_and_those_that_were_not_reached_were_skipped() -> None:
    reached: dict[str, State] = {"ImageExampleGen": "cached", "StatisticsGen": "failed"}
    summary = summary_of(_Runner(reached, {}), status="failed", error="no room")
    assert [node["id"] for node in summary["nodes"]] == list(NODES)
    assert [node["state"] for node in summary["nodes"]] == [
        "cached",
        "failed",
        *["skipped"] * (len(NODES) - 2),
    ]
    assert [node["seconds"] for node in summary["nodes"]][:3] == [1.235, 1.235, 0]
    assert not any("cpu_seconds" in node for node in summary["nodes"])
    assert (summary["status"], summary["error"]) == ("failed", "no room")
    assert summary["overhead_seconds"] == pytest.approx(97.531)


def test_when_it_started_is_among_the_first_fields() -> None:
    summary = summary_of(NotStarted(NODES))
    assert list(summary)[:2] == ["run_id", "started"]  # `pipeline.inspection.records` reads no further for it
    assert datetime.now(UTC).timestamp() - datetime.fromisoformat(summary["started"]).timestamp() == (
        pytest.approx(100, abs=5)
    )


def test_run_that_never_started_keeps_the_contract(tmp_path: Path) -> None:
    write_summary(summary_of(NotStarted(NODES), status="failed", error="no TFX"), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert {node["state"] for node in summary["nodes"]} == {"skipped"}
    assert summary["data"] == summary["evaluation"] == summary["blessing"] == {}
    assert summary["training"] == []
    assert summary["label_check"] == {}
    assert summary["exports"] == []
    assert summary["versions"]["graft"] == VERSION
    assert {"python", "tensorflow", "keras", "tfx"} < summary["versions"].keys()
    assert summary["model"] == {"backbone": "efficientnet_lite0", "pushed_to": None, "version": None}
    assert list(tmp_path.iterdir()) == [tmp_path / "summary.json"]


def test_suspects_are_counted(tmp_path: Path) -> None:
    suspects = Suspects()
    suspects.uri = str(tmp_path)
    labels = [
        Label("a.jpg", "cat", "eval", wrong=0.9, suggested="dog", rank=1),
        Label("b.jpg", "dog", "train", wrong=0.1),
    ]
    write_labels(labels, str(tmp_path))
    runner = _Runner({}, {("LabelCheck", "suspects"): suspects})
    first = {"rank": 1, "path": "a.jpg", "split": "eval", "label": "cat", "suggested": "dog", "wrong": 0.9}
    assert summary_of(runner)["label_check"] == {
        "judged": 2,
        "suspects": 1,
        "splits": {"train": 0, "eval": 1, "test": 0},
        "first": [first],
    }


def test_formats_are_told_with_how_well_they_agree(tmp_path: Path) -> None:
    artifacts = _pushed(tmp_path / "served")
    artifacts["Pusher", "pushed_model"].uri = str(tmp_path / "archive")
    (tmp_path / "served").mkdir()
    folder = tmp_path / "archive" / FOLDER
    folder.mkdir(parents=True)
    write_exports([Export("onnx", "model.onnx", 12, 43, 0.5, 0.25, 0)], ["a", "b"], 224, folder)
    assert summary_of(_Runner({}, artifacts))["exports"] == [
        {
            "format": "onnx",
            "file": "model.onnx",
            "bytes": 12,
            "pictures": 43,
            "agreement": 0.5,
            "largest_difference": 0.25,
            "calibrated_on": 0,
        }
    ]


def test_search_is_told_by_its_best_recipe_and_the_configs_own(tmp_path: Path) -> None:
    table = standard_artifacts.TunerResults()
    table.uri = str(tmp_path)
    rows = [
        {"trial_id": "04", "score": 0.31, "head": "root", "dropout": 0.4},
        {"trial_id": "00", "score": 0.35, "head": "linear", "dropout": 0.2},
    ]
    (tmp_path / "tuner_results.json").write_text(json.dumps(rows))
    assert summary_of(_Runner({}, {("Tuner", "tuner_results"): table}))["tuning"] == {
        "trials": 2,
        "eval_loss": 0.31,
        "best": {"head": "root", "dropout": 0.4},
        "own_eval_loss": 0.35,
    }
    assert summary_of(NotStarted(NODES))["tuning"] == {}


def test_backbone_of_ones_own_is_called_by_its_path() -> None:
    config = CONFIG.model_copy(update={"backbone": BackboneConfig(model="mine.keras")})
    summary = summarise(NotStarted(NODES), config, "20240501-120000", 100.0)
    assert summary["model"]["backbone"] == "mine.keras"


def test_what_the_cores_worked_is_told_where_it_was_counted() -> None:
    runner = _Runner({}, {})
    runner.results = [NodeResult("Augment", "complete", 1.5, cpu_seconds=2.34567)]
    nodes = {node["id"]: node for node in summary_of(runner)["nodes"]}
    assert nodes["Augment"] == {"id": "Augment", "state": "complete", "seconds": 1.5, "cpu_seconds": 2.346}
    assert nodes["Trainer"] == {"id": "Trainer", "state": "skipped", "seconds": 0.0}
