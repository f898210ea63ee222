"""A run that first searches for a better recipe: what Trainer makes of it, and what a second run repeats."""

import json
from pathlib import Path

import pytest

from tests.e2e import sample

pytestmark = pytest.mark.e2e

SEARCH = (
    *sample.SMALL,
    "tuner.trials=5",
    "tuner.algorithm=random",
    "tuner.search=[head, head_rate, unfreeze]",
    "tuner.unfreeze=[block_14]",
    "tuner.pictures=60",
    "trainer.phases.1.unfreeze=top",
)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a run with a search that was pushed."""
    workspace = tmp_path_factory.mktemp("tuner") / "workspace"
    result = sample.run(workspace, settings=SEARCH)
    assert result.returncode == 0, result.stderr
    assert "best of 5 recipes" in result.stderr
    return workspace


def _table(workspace: Path) -> list[dict[str, object]]:
    (path,) = (workspace / "artifacts" / "Tuner" / "tuner_results").glob("*/tuner_results.json")
    table: list[dict[str, object]] = json.loads(path.read_text())
    return table


def test_search_comes_before_training_and_leaves_its_table(searched: Path) -> None:
    summary = sample.summaries(searched)[0]
    nodes = [node["id"] for node in summary["nodes"]]
    assert nodes[nodes.index("Augment") :][:3] == ["Augment", "Tuner", "Trainer"]
    assert {node["state"] for node in summary["nodes"]} == {"complete"}
    table = _table(searched)
    assert [row["score"] for row in table] == sorted(row["score"] for row in table)  # type: ignore[type-var]
    assert sorted(row["trial_id"] for row in table) == ["0", "1", "2", "3", "4"]  # type: ignore[type-var]
    assert [row for row in table if "unfreeze" in row] == [row for row in table if row["trial_id"] == "4"]


def test_trainer_takes_the_best_recipe(searched: Path) -> None:
    (run,) = (searched / "runs").iterdir()
    best = _table(searched)[0]
    (phases,) = (searched / "artifacts" / "Trainer" / "model_run").glob("*/phases.json")
    head, *_ = json.loads(phases.read_text())
    assert head["head_rate"] == best["head_rate"]
    depth = "block_14" if best.get("unfreeze") else "top"
    last_table = (run / "log.txt").read_text().rsplit("phase fine_tune\n", 1)[1]
    lowest = last_table.split(" frozen")[0].splitlines()[-2].split()[0]
    assert lowest == depth


def test_nothing_of_the_search_is_left_but_its_artifacts(searched: Path) -> None:
    left = {path.name for path in (searched / "artifacts" / "Tuner").iterdir()} - {".system"}
    assert left == {"best_hyperparameters", "tuner_results"}
    assert not [path for path in (searched / "artifacts" / "Tuner" / ".system").rglob("*") if path.is_file()]


def test_second_run_searches_no_more_and_a_changed_head_searches_again(searched: Path) -> None:
    assert sample.run(searched, settings=SEARCH).returncode == 0
    assert set(sample.states(sample.summaries(searched)[-1]).values()) == {"cached"}
    before = _table(searched)
    assert sample.run(searched, "--from", "Tuner", "--to", "Tuner", settings=SEARCH).returncode == 0
    again, *_ = sorted(
        (searched / "artifacts" / "Tuner" / "tuner_results").iterdir(), key=lambda p: -int(p.name)
    )
    assert json.loads((again / "tuner_results.json").read_text()) == before
    more = ("--set", "trainer.label_smoothing=0", "--to", "Tuner")
    assert sample.run(searched, *more, settings=SEARCH).returncode == 0
    states = sample.states(sample.summaries(searched)[-1])
    assert (states["Augment"], states["Tuner"], states["Trainer"]) == ("cached", "complete", "skipped")
