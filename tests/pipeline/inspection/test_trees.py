"""Trees for people: each artifact once in full, what is gone, and both ways."""

import io
from typing import Any

from rich.console import Console

from pipeline.inspection.trees import lineage_view


def _step(number: int, node: str, inputs: list[int], outputs: list[int]) -> dict[str, Any]:
    return {
        "execution": {"id": number, "node": node, "run": "r1"},
        "inputs": [(each, "in") for each in inputs],
        "outputs": [(each, "out") for each in outputs],
    }


def _artifact(number: int, kind: str, is_there: bool = True) -> dict[str, Any]:
    return {"id": number, "type": kind, "uri": f"/ws/artifacts/{kind}/{number}", "is_there": is_there}


ANSWER: dict[str, Any] = {
    "artifact": {"id": 3},
    "back": [
        _step(3, "Trainer", [1, 2], [3]),
        _step(1, "ImageExampleGen", [], [1]),
        _step(2, "Augment", [1], [2]),
        _step(9, "Trainer", [1], [3]),  # a later run for which it held
    ],
    "forward": [],
    "artifacts": {1: _artifact(1, "Examples"), 2: _artifact(2, "Features", False), 3: _artifact(3, "Model")},
    "data": [{"data": "class_folders [photos]", "quarantine": "/ws/artifacts/Quarantine/4"}],
    "configs": {"r1": "ws/runs/r1/config.yaml"},
}


def lines_of(answer: dict[str, Any]) -> list[str]:
    console = Console(record=True, width=100, file=io.StringIO())
    console.print(lineage_view(answer, "/ws"))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_back_each_artifact_once_in_full() -> None:
    assert lines_of(ANSWER) == [
        "what it was made from",
        "3 Model Model/3",
        "└── by Trainer in run r1",
        "    ├── 1 Examples Examples/1",
        "    │   └── by ImageExampleGen in run r1",
        "    └── 2 Features Features/2 (gone)",
        "        └── by Augment in run r1",
        "            └── 1 Examples Examples/1, as above",
        "",
        "data: class_folders [photos]; set aside: /ws/artifacts/Quarantine/4",
        "config of run r1: ws/runs/r1/config.yaml",
    ]


def test_forward() -> None:
    forward = {**ANSWER, "artifact": {"id": 1}, "back": [], "forward": [_step(3, "Trainer", [1], [3])]}
    assert lines_of(forward)[3:7] == [
        "what came of it",
        "1 Examples Examples/1",
        "└── by Trainer in run r1",
        "    └── 3 Model Model/3",
    ]


def test_rollback_is_no_runs() -> None:
    step = _step(4, "Rollback", [3], [5])
    step["execution"]["run"] = ""
    answer = {**ANSWER, "artifact": {"id": 5}, "back": [step, *ANSWER["back"]]}
    answer["artifacts"] = {**ANSWER["artifacts"], 5: _artifact(5, "PushedModel")}
    assert lines_of(answer)[1:4] == [
        "5 PushedModel PushedModel/5",
        "└── by Rollback",
        "    └── 3 Model Model/3",
    ]
