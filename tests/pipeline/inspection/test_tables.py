"""Tables for people: every figure, what is gone, and no markup."""

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from pipeline.inspection.tables import (
    artifacts_table,
    difference_view,
    run_view,
    runs_table,
    versions_table,
)

RUN = {
    "run": "20240501-120000",
    "started": "2024-05-01 12:00:00",
    "status": "not_blessed",
    "accuracy": 0.87654,
    "macro_f1": 0.8,
    "mean_return": None,
    "version": None,
    "seconds": 63.25,
    "backbone": "my[model]",
}
UNFINISHED = {
    **dict.fromkeys(RUN),
    **{"run": "20240502-120000", "started": "2024-05-02 12:00:00", "status": "unfinished"},
}
MODEL = {"id": 7, "name": "model", "type": "Model", "uri": "/ws/artifacts/Trainer/model/7", "is_there": True}


def lines_of(view: RenderableType, width: int = 100) -> list[str]:
    console = Console(record=True, width=width, file=io.StringIO())
    console.print(view)
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_runs() -> None:
    lines = lines_of(runs_table([RUN, UNFINISHED]))
    assert lines[1].split() == ["20240501-120000", "not", "blessed", "0.8765", "0.8000", "63.2", "my[model]"]
    assert lines[2].split() == ["20240502-120000", "unfinished"]


def test_when_a_run_began_stands_beside_an_id_that_does_not_tell_it() -> None:
    named = {**RUN, "run": "nightly-9", "started": "2024-05-03 04:00:00"}
    lines = lines_of(runs_table([named, RUN]), width=140)
    assert lines[0].split()[:3] == ["run", "when", "status"]
    assert lines[1].split()[:3] == ["nightly-9", "2024-05-03", "04:00:00"]
    assert lines[2].split()[:3] == ["20240501-120000", "2024-05-01", "12:00:00"]


POLICY = {**RUN, "accuracy": None, "macro_f1": None, "mean_return": -0.25}


def test_mean_return_is_a_column_where_there_is_a_policy() -> None:
    assert "return" not in lines_of(runs_table([RUN]))[0]
    mixed = lines_of(runs_table([RUN, POLICY]), width=140)
    assert " ".join(mixed[0].split()) == "run status accuracy macro F1 mean return version seconds backbone"
    assert mixed[2].split()[3:5] == ["-0.2500", "63.2"]
    alone = lines_of(runs_table([POLICY, UNFINISHED]))
    assert " ".join(alone[0].split()) == "run status mean return version seconds backbone"


def test_versions_of_a_policy() -> None:
    row = {**POLICY, "name": "[x]", "version": "17", "is_newest": True}
    lines = lines_of(versions_table([row]))
    assert lines[0].split() == ["model", "version", "mean", "return", "run"]
    assert lines[1].split() == ["[x]", "17", "newest", "-0.2500", "20240501-120000"]


def test_run_says_why_and_what_it_made() -> None:
    nodes = [
        {
            "id": "Trainer",
            "state": "complete",
            "seconds": 40.04,
            "artifacts": [MODEL, {**MODEL, "is_there": False}],
        },
        {"id": "Pusher", "state": "skipped", "seconds": 0.0, "artifacts": []},
    ]
    failure = {
        "metric": "accuracy",
        "label": None,
        "slice": "site=[a]",
        "value": 0.4,
        "interval": [0.3, 0.5],
        "rule": "at_least",
        "bound": 0.9,
        "baseline": None,
        "examples": 50,
        "pictures": [],
    }
    blessing = {"failures": [failure], "not_judged": ["recall of x: 2"]}
    lines = lines_of(run_view({**RUN, "nodes": nodes, "blessing": blessing, "folder": "ws/runs/1"}))
    (why,) = (line.split() for line in lines if "[a]" in line)
    assert " ".join(why) == "accuracy on site=[a] 0.4000 0.300 to 0.500 at least 0.9000 50"
    assert "recall of x: 2" in lines
    assert " Trainer  complete     40.0  7 model, 7 model (gone)" in lines
    assert " Pusher   skipped       0.0" in lines
    assert lines[-1] == "ws/runs/1"


@pytest.mark.parametrize(("is_there", "end"), [(True, "7"), (None, "7"), (False, "7 (gone)")])
def test_artifacts(is_there: bool | None, end: str) -> None:
    row = {**MODEL, "is_there": is_there, "node": "Trainer", "run": "20240501-120000"}
    assert lines_of(artifacts_table([row], "/ws"))[1] == (
        f"  7  Model  Trainer  20240501-120000  artifacts/Trainer/model/{end}"
    )
    stray = {**row, "node": None, "run": None, "uri": "s3://bucket/x"}
    assert "s3://bucket/x" in lines_of(artifacts_table([stray], "/ws"))[1]


def _difference(**changes: Any) -> dict[str, Any]:
    return {"first": "a", "second": "b", "config": [], "data": [], "metrics": [], "flips": {}, **changes}


def test_difference_of_the_same() -> None:
    assert lines_of(difference_view(_difference())) == ["the two runs do not differ"]


def test_difference_of_other_pictures() -> None:
    assert lines_of(difference_view(_difference(flips={"pictures": 0}))) == [
        "the two were tested on other pictures"
    ]


def test_difference_is_whole_on_a_narrow_screen() -> None:
    pair = {"key": "data.path", "first": "/mnt/" + "x" * 70 + "/A", "second": "/mnt/" + "y" * 70 + "/B"}
    text = "".join(lines_of(difference_view(_difference(config=[pair])), width=80)).replace(" ", "")
    assert text.count("x") == text.count("y") == 70
    assert "A" in text and "B" in text


def test_difference() -> None:
    pairs = [{"key": "seed", "first": 17, "second": None}, {"key": "name", "first": "[x]", "second": "y"}]
    metrics = [
        {"key": "accuracy on overall", "first": 0.5, "second": 0.75},
        {"key": "auc on overall", "first": None, "second": 0.75},
    ]
    lines = [line.split() for line in lines_of(difference_view(_difference(config=pairs, metrics=metrics)))]
    assert ["seed", "17", "-"] in lines
    assert ["name", "[x]", "y"] in lines
    assert ["accuracy", "on", "overall", "0.5000", "0.7500", "+0.2500"] in lines
    assert ["auc", "on", "overall", "-", "0.7500"] in lines
    assert not any("data" in line for line in lines)


def test_difference_of_two_policies() -> None:
    returns = {"episodes": 40, "gain": 0.125, "interval": [-0.05, 0.3]}
    assert lines_of(difference_view(_difference(returns=returns))) == [
        "in 40 shared episodes the second's mean return differs by +0.1250 (-0.050 to 0.300)"
    ]
    assert lines_of(difference_view(_difference(returns={"episodes": 0}))) == [
        "the two were tested in other episodes"
    ]


@pytest.mark.parametrize(("count", "more"), [(10, []), (13, ["  won and 3 more: --json"])])
def test_many_pictures_are_not_all_listed(count: int, more: list[str]) -> None:
    flips = {
        "pictures": 99,
        "won": [f"[{number}].jpg" for number in range(count)],
        "lost": [],
        "p_value": 0.0213,
    }
    lines = lines_of(difference_view(_difference(flips=flips)))
    assert lines[0] == f"on 99 shared test pictures the second won {count} and lost 0; p = 0.021 (McNemar)"
    assert lines[1:11] == [f"  won [{number}].jpg" for number in range(10)]
    assert lines[11:] == more
