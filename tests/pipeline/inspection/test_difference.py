"""Two runs: what was otherwise, and the pictures on which they disagree."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from components.evaluator.returns.episodes import Episode, write_episodes
from pipeline.errors import InputError
from pipeline.inspection.difference import difference_of
from pipeline.inspection.metadata import open_metadata
from pipeline.inspection.records import find_run
from tests.pipeline.inspection.made import Made

FIRST, SECOND = "20240501-120000", "20240502-120000"
BEFORE = {
    "cat-0.jpg": "cat",
    "cat-1.jpg": "dog",
    "dog-0.jpg": "dog",
    "dog-1.jpg": "dog",
    "cat-old.jpg": "cat",
}
AFTER = {"cat-0.jpg": "cat", "cat-1.jpg": "cat", "dog-0.jpg": "cat", "dog-1.jpg": "dog", "dog-new.jpg": "dog"}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = Made(tmp_path / "ws")
    made.run(FIRST, answers=BEFORE)
    made.run(SECOND, answers=AFTER, dropout=0.5)
    return made


def difference(made: Made, first: str = FIRST, second: str = SECOND) -> dict[str, Any]:
    records = [find_run(made.workspace, run_id) for run_id in (first, second)]
    return difference_of(records[0], records[1], open_metadata(made.workspace))


def test_config_and_metrics(made: Made) -> None:
    found = difference(made)
    assert (found["first"], found["second"]) == (FIRST, SECOND)
    assert found["config"] == [{"key": "trainer.dropout", "first": 0.2, "second": 0.5}]
    assert found["data"] == []
    assert found["metrics"] == [
        {"key": "accuracy on overall", "first": 0.8, "second": 0.8},
        {"key": "macro_f1 on overall", "first": 0.4, "second": 0.4},
    ]


def test_other_files_in_the_same_numbers(made: Made) -> None:
    made.tell("ImageExampleGen.examples", input_fingerprint="a" * 64)
    made.run("20240503-120000")
    made.tell("ImageExampleGen.examples", input_fingerprint="b" * 64)
    found = difference(made, SECOND, "20240503-120000")["data"]
    assert {"key": "fingerprint of files and labels", "first": "a" * 12, "second": "b" * 12} in found
    made.run("20240504-120000", cached=("ImageExampleGen",))
    assert difference(made, "20240503-120000", "20240504-120000")["data"] == []


def test_metrics_that_a_threshold_of_either_bounds(made: Made) -> None:
    thresholds = [
        {"metric": "recall", "label": "cat", "at_least": 0.9},
        {"metric": "ece", "at_most": 0.1, "slice": "b=y,a=x"},
        {"metric": "accuracy", "at_least": 0.5},
        {"metric": "of another version"},
    ]
    for run_id, recall in ((FIRST, 0.75), (SECOND, 0.5)):
        folder = made.workspace.runs / run_id
        summary = json.loads((folder / "summary.json").read_text())
        summary["evaluation"] |= {
            "per_class": {"cat": {"recall": recall}},
            "slices": {"a=x,b=y": {"accuracy": 0.8, "calibration": {"ece": recall / 10}}},
        }
        (folder / "summary.json").write_text(json.dumps(summary))
    config = {"evaluator": {"thresholds": thresholds}}
    (made.workspace.runs / SECOND / "config.yaml").write_text(json.dumps(config))
    assert difference(made)["metrics"] == [
        {"key": "accuracy on overall", "first": 0.8, "second": 0.8},
        {"key": "macro_f1 on overall", "first": 0.4, "second": 0.4},
        {"key": "recall of cat on overall", "first": 0.75, "second": 0.5},
        {"key": "accuracy on a=x,b=y", "first": 0.8, "second": 0.8},
        {"key": "ece on a=x,b=y", "first": 0.075, "second": 0.05},
    ]


def test_flips_on_the_pictures_of_both(made: Made) -> None:
    flips = difference(made)["flips"]
    assert flips["pictures"] == 4
    assert (flips["won"], flips["lost"]) == (["cat-1.jpg"], ["dog-0.jpg"])
    assert (flips["both_right"], flips["both_wrong"]) == (2, 0)
    assert difference(made, SECOND, FIRST)["flips"]["won"] == ["dog-0.jpg"]


def test_a_run_and_itself(made: Made) -> None:
    found = difference(made, SECOND, SECOND)
    assert found["config"] == found["data"] == []
    assert found["flips"]["won"] == found["flips"]["lost"] == []


def test_cached_evaluation_is_the_earlier_runs(made: Made) -> None:
    made.run("20240503-120000", cached=("ImageExampleGen", "Trainer", "Evaluator", "Pusher"), dropout=0.5)
    assert difference(made, FIRST, "20240503-120000")["flips"]["won"] == ["cat-1.jpg"]


def test_answers_that_are_gone(made: Made) -> None:
    shutil.rmtree(made.uri("Evaluator.evaluation"))
    assert difference(made)["flips"] == {}


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"x" * 100])
def test_damaged_answers_are_one_line(made: Made, content: bytes) -> None:
    (file,) = made.uri("Evaluator.evaluation").glob("answers/*.parquet")
    file.write_bytes(content)
    with pytest.raises(InputError, match=f"run `{SECOND}` answered, in `.*`, is damaged"):
        difference(made)


def test_damaged_episodes_are_one_line(made: Made) -> None:
    _judge_as_policy(made, "20240503-120000", ["0"], reward=-1.0)
    _judge_as_policy(made, "20240504-120000", ["0"], reward=-1.0)
    (made.uri("Evaluator.evaluation") / "episodes.jsonl").write_text('{"path": ')
    with pytest.raises(InputError, match="run `20240504-120000` answered, in `.*`, is damaged"):
        difference(made, "20240503-120000", "20240504-120000")


def test_other_pictures(made: Made) -> None:
    made.run("20240503-120000", answers={"dog-x.jpg": "dog"})
    assert difference(made, FIRST, "20240503-120000")["flips"] == {"pictures": 0}


def _judge_as_policy(made: Made, run_id: str, paths: list[str], reward: float, **about: Any) -> None:
    made.run(run_id)
    file = made.workspace.runs / run_id / "summary.json"
    evaluation = {"task": "reinforcement", "mean_return": reward, "mean_steps": 1.0, "slices": {}, **about}
    file.write_text(json.dumps({**json.loads(file.read_text()), "evaluation": evaluation}))
    episodes = [Episode(path, "cat", {}, "cat", 0.9, reward + place, 1) for place, path in enumerate(paths)]
    write_episodes(episodes, str(made.uri("Evaluator.evaluation")))


def test_policies_are_held_against_each_other_in_shared_episodes(made: Made) -> None:
    _judge_as_policy(made, "20240503-120000", ["0", "1", "2", "old"], reward=-1.0)
    _judge_as_policy(made, "20240504-120000", ["0", "1", "2"], reward=0.5)
    found = difference(made, "20240503-120000", "20240504-120000")
    assert found["metrics"] == [
        {"key": "mean_return on overall", "first": -1.0, "second": 0.5},
        {"key": "mean_steps on overall", "first": 1.0, "second": 1.0},
    ]
    assert found["returns"] == {"episodes": 3, "gain": 1.5, "interval": pytest.approx((1.5, 1.5))}
    assert found["flips"] == {}
    _judge_as_policy(made, "20240505-120000", ["new"], reward=0.0)
    assert difference(made, "20240504-120000", "20240505-120000")["returns"] == {"episodes": 0}


@pytest.mark.parametrize("other", [{"environment": "b"}, {"costs": {"cat": {"dog": 2.0}}}, {"costs": None}])
def test_returns_in_other_units_are_not_held_against_each_other(made: Made, other: dict[str, Any]) -> None:
    about = {"environment": "a", "costs": {"cat": {"dog": 1.0}}}
    _judge_as_policy(made, "20240503-120000", ["0"], reward=-1.0, **about)
    _judge_as_policy(made, "20240504-120000", ["0"], reward=0.5, **about)
    assert difference(made, "20240503-120000", "20240504-120000")["returns"]["episodes"] == 1
    _judge_as_policy(made, "20240505-120000", ["0"], reward=0.5, **{**about, **other})
    assert difference(made, "20240503-120000", "20240505-120000")["returns"] == {}


def test_policy_and_classifier_share_nothing(made: Made) -> None:
    _judge_as_policy(made, "20240503-120000", ["0"], reward=-1.0)
    found = difference(made, FIRST, "20240503-120000")
    assert (found["returns"], found["flips"]) == ({}, {})
    assert {"key": "mean_return on overall", "first": None, "second": -1.0} in found["metrics"]


def test_run_that_was_not_evaluated(made: Made) -> None:
    (made.workspace.runs / SECOND / "summary.json").unlink()
    found = difference(made)
    assert found["flips"] == {}
    assert found["metrics"][0] == {"key": "accuracy on overall", "first": 0.8, "second": None}
    assert {row["key"] for row in found["data"]} == {"splits.train", "splits.test", "quarantined"}
