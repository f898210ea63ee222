"""`node` of a policy's run: what it refuses before anything is read or written."""

import json
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.runners.node_command import Request, node_command


def _request(root: Path, node: str) -> Request:
    return Request(node, "run", None, None, root / "ws", ("task=reinforcement", "label_check.folds=0"))


@pytest.mark.parametrize("index", [0, 1])
def test_a_policy_learns_on_one_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int) -> None:
    cluster = {"worker": ["first:2345", "second:2345"]}
    told = {"cluster": cluster, "task": {"type": "worker", "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(told))
    with pytest.raises(InputError, match="TF_CONFIG names 2 machines, and a policy learns on one machine"):
        node_command(_request(tmp_path, "Trainer"))
    assert not (tmp_path / "ws").exists()


def test_nodes_that_a_policy_never_has_are_not_advised(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="^Tuner takes no part in this run: where task is reinforcement"):
        node_command(_request(tmp_path, "Tuner"))
