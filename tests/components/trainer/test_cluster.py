"""TF_CONFIG: which machines train together, or one line that says what is wrong with it."""

import json
from typing import Any

import pytest

from components.trainer.cluster import Cluster, check_alone, check_shareable, cluster_of
from pipeline.errors import InputError
from pipeline.settings.trainer import PhaseConfig, TrainerConfig

TWO = {"worker": ["first:2345", "second:2345"]}


def _environment(cluster: Any, kind: str = "worker", index: int = 0, **more: str) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}}), **more}


@pytest.mark.parametrize("environment", [{}, {"TF_CONFIG": ""}, {"TF_CONFIG": "{}"}])
def test_without_it_a_process_is_alone(environment: dict[str, str]) -> None:
    cluster = cluster_of(environment)
    assert not cluster.is_several
    assert cluster.is_chief


@pytest.mark.parametrize(
    ("cluster", "kind", "index", "addresses", "rank"),
    [
        (TWO, "worker", 0, ("first:2345", "second:2345"), 0),
        (TWO, "worker", 1, ("first:2345", "second:2345"), 1),
        ({"chief": ["a:1"], "worker": ["b:2", "c:3"]}, "chief", 0, ("a:1", "b:2", "c:3"), 0),
        ({"chief": ["a:1"], "worker": ["b:2", "c:3"]}, "worker", 0, ("a:1", "b:2", "c:3"), 1),
        ({"chief": ["a:1"], "worker": ["b:2", "c:3"]}, "worker", 1, ("a:1", "b:2", "c:3"), 2),
    ],
)
def test_chief_comes_first(
    cluster: Any, kind: str, index: int, addresses: tuple[str, ...], rank: int
) -> None:
    found = cluster_of(_environment(cluster, kind, index, GRAFT_CLUSTER_WAIT="5"))
    assert found == Cluster(addresses, rank, 5)
    assert (found.is_several, found.is_chief) == (True, rank == 0)


def test_one_machine_is_alone() -> None:
    assert not cluster_of(_environment({"worker": ["first:2345"]})).is_several


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"TF_CONFIG": "{"}, "Invalid JSON"),
        ({"TF_CONFIG": "[1]"}, "Input should be an object"),
        (_environment({"worker": "first:2345"}), "cluster.worker: Input should be a valid"),
        (_environment({"worker": ["first", "second:1"]}), "cluster.worker.0: String should match"),
        (_environment({**TWO, "ps": ["third:1"]}), "cluster.ps: Extra inputs"),
        (_environment({"chief": ["a:1", "b:1"], **TWO}), "cluster.chief: Tuple should have at most 1"),
        (_environment(TWO, "evaluator"), "task.type: Input should be 'chief' or 'worker'"),
        (_environment(TWO, "worker", 2), "there is no worker 2 in the cluster"),
        (_environment(TWO, "chief"), "there is no chief 0 in the cluster"),
        (_environment(TWO, "worker", -1), "task.index: Input should be greater"),
        (_environment({"worker": ["a:1", "a:1"]}), "the same address among a:1, a:1"),
        (_environment(TWO, GRAFT_CLUSTER_WAIT="soon"), "GRAFT_CLUSTER_WAIT must be a whole number"),
        (_environment(TWO, GRAFT_CLUSTER_WAIT="0"), "GRAFT_CLUSTER_WAIT must be a whole number"),
    ],
)
def test_what_makes_no_cluster_is_named(environment: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        cluster_of(environment)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_whole_run_is_for_one_machine() -> None:
    check_alone(cluster_of({}))
    with pytest.raises(InputError, match="TF_CONFIG names 2 machines, and `run` does all nodes on one"):
        check_alone(cluster_of(_environment(TWO)))


def test_what_cannot_be_shared_is_refused() -> None:
    two = cluster_of(_environment(TWO))
    check_shareable(TrainerConfig(), two)
    with pytest.raises(InputError, match="trainer.batch_norm=adapts needs all pictures of a batch"):
        check_shareable(TrainerConfig(batch_norm="adapts"), two)
    phases = (PhaseConfig(name="one", epochs=1), PhaseConfig(name="two", epochs=1, batch_size=1))
    with pytest.raises(InputError, match="trainer.phases.1.batch_size=1 leaves no picture for some of the 2"):
        check_shareable(TrainerConfig(phases=phases), two)
