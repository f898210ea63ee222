"""A run from pictures to a pushed model, its summary, and what a second run does again."""

from pathlib import Path

import pytest

from tests.cli import children_seconds
from tests.e2e import sample

pytestmark = pytest.mark.e2e

NODES = [
    "ImageExampleGen",
    "StatisticsGen",
    "LatestStatistics",
    "SchemaGen",
    "ExampleValidator",
    "Transform",
    "Augment",
    "Trainer",
    "LatestBlessedModel",
    "Evaluator",
    "Pusher",
    "LabelCheck",
]


def test_run_executes_every_node_once_and_pushes(finished: Path) -> None:
    summary = sample.summaries(finished)[0]
    assert [node["id"] for node in summary["nodes"]] == NODES
    assert {node["state"] for node in summary["nodes"]} == {"complete"}
    assert summary["status"] == "pushed"
    assert summary["blessing"] == {"blessed": True, "reasons": [], "failures": [], "not_judged": []}
    version = Path(summary["model"]["pushed_to"])
    assert version.name == summary["model"]["version"]
    assert (version / "saved_model.pb").exists()
    assert (version / "assets" / "labels.txt").read_text().splitlines() == summary["evaluation"]["labels"]


def test_run_keeps_the_contract_of_summary_json(finished: Path) -> None:
    summary = sample.summaries(finished)[0]
    assert {"run_id", "status", "nodes", "data", "evaluation", "blessing", "model", "wall_seconds"} <= set(
        summary
    )
    assert 500 < summary["peak_rss_mib"] < 4096
    evaluation = summary["evaluation"]
    assert evaluation["split"] == "test"
    assert evaluation["examples"] == summary["data"]["splits"]["test"]
    assert set(evaluation["per_class"]) == {"defective", "functional"} == set(summary["data"]["classes"])
    assert {"cell_type=mono", "cell_type=poly"} == set(evaluation["slices"])
    for scores in (evaluation, *evaluation["slices"].values()):
        assert (
            sum(scores["per_class"][label]["support"] for label in evaluation["labels"]) == scores["examples"]
        )


def test_run_leaves_its_config_and_its_log(finished: Path) -> None:
    (run,) = {path.parent for path in (finished / "runs").glob("*/summary.json")} & {
        finished / "runs" / sample.summaries(finished)[0]["run_id"]
    }
    assert "views: 2" in (run / "config.yaml").read_text()
    assert "phase fine_tune" in (run / "log.txt").read_text()


def test_statistics_describe_pictures_without_their_bytes(finished: Path) -> None:
    from tensorflow_metadata.proto.v0 import statistics_pb2

    (path,) = (finished / "artifacts" / "StatisticsGen").glob("statistics/*/Split-train/FeatureStats.pb")
    statistics = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes())
    names = {feature.path.step[0] for feature in statistics.datasets[0].features}
    assert names == {"label", "width", "height", "channels", "brightness", "cell_type"}


def test_second_run_executes_nothing(finished: Path) -> None:
    before, used = sample.served(finished), children_seconds()
    result = sample.run(finished)
    summary = sample.summaries(finished)[-1]
    assert result.returncode == 0
    assert set(sample.states(summary).values()) == {"cached"}
    assert summary["status"] == "pushed"
    assert sample.served(finished) == before
    assert children_seconds() - used < 20  # of processor time: other tests run beside it


def test_changed_head_executes_trainer_and_what_follows(finished: Path) -> None:
    result = sample.run(finished, "--set", "trainer.dropout=0.3", "--to", "LatestBlessedModel")
    states = sample.states(sample.summaries(finished)[-1])
    assert result.returncode == 0
    trainer = NODES.index("Trainer")
    assert {states[node] for node in NODES[:trainer]} == {"cached"}
    assert states["Trainer"] == "complete"
    assert {states[node] for node in NODES[trainer + 2 :]} == {"skipped"}


def test_from_runs_again_what_is_cached(finished: Path) -> None:
    result = sample.run(finished, "--from", "SchemaGen", "--to", "SchemaGen")
    states = sample.states(sample.summaries(finished)[-1])
    assert result.returncode == 0
    assert states["StatisticsGen"] == "cached"
    assert states["SchemaGen"] == "complete"


def test_failing_gate_pushes_nothing_and_says_why(finished: Path) -> None:
    before = sample.served(finished)
    gate = "evaluator.thresholds=[{metric: accuracy, at_least: 0.99, slice: cell_type=poly}]"
    result = sample.run(finished, "--set", gate)
    summary = sample.summaries(finished)[-1]
    assert result.returncode == 3
    assert summary["status"] == "not_blessed"
    assert summary["model"]["pushed_to"] is None
    assert sample.served(finished) == before
    (reason,) = summary["blessing"]["reasons"]
    poly = summary["evaluation"]["slices"]["cell_type=poly"]["accuracy"]
    assert reason == f"accuracy on cell_type=poly is {poly:.4f}, must be at least 0.9900"
    assert reason in result.stderr.replace("\n", " ")
    (failure,) = summary["blessing"]["failures"]
    assert (failure["slice"], failure["bound"], failure["value"]) == ("cell_type=poly", 0.99, poly)
    low, high = failure["interval"]
    assert low < poly < high
    assert all(
        f"{each['path']}: {each['label']}, taken for" in result.stderr for each in failure["pictures"][:3]
    )


def test_worse_than_the_last_blessed_model_is_not_pushed(finished: Path) -> None:
    before = sample.served(finished)
    # A head that never learnt answers one class for all: below the blessed model, above the gate.
    untrained = (*sample.SMALL, "trainer.phases.0.epochs=0", "trainer.phases.1.epochs=0")
    lenient = (
        *untrained,
        "evaluator.thresholds=[{metric: accuracy, at_least: 0.0}]",
        "evaluator.max_accuracy_drop=0",
    )
    result = sample.run(finished, settings=lenient)
    summary = sample.summaries(finished)[-1]
    assert result.returncode == 3, result.stderr
    assert sample.served(finished) == before
    (reason,) = summary["blessing"]["reasons"]
    assert "accuracy on overall is" in reason
    assert "below the last blessed model's" in reason
    comparison = summary["evaluation"]["comparison"]
    assert len(comparison["lost"]) > len(comparison["won"])
    (failure,) = summary["blessing"]["failures"]
    assert failure["baseline"] - failure["value"] == pytest.approx(-comparison["difference"])
