"""Runs' folders: listed, found by the beginning of an id, and never a traceback."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.inspection import records
from pipeline.inspection.records import find_run, read_runs
from pipeline.workspace import Workspace

IDS = ("20240501-120000", "20240501-120000-002", "20240502-080000")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for run_id in IDS:
        (tmp_path / "runs" / run_id).mkdir(parents=True)
    last = tmp_path / "runs" / IDS[-1]
    last.joinpath("summary.json").write_text('{"status": "failed", "evaluation": {}, "wall_seconds": 3.5}')
    last.joinpath("config.yaml").write_text("seed: 3\n")
    (tmp_path / "runs" / IDS[0] / "summary.json").write_text('{"status": "pu')  # killed while it was written
    return Workspace(tmp_path)


def test_latest_first(workspace: Workspace) -> None:
    assert [record.id for record in read_runs(workspace)] == [*reversed(IDS)]


def test_row(workspace: Workspace) -> None:
    latest, *others = read_runs(workspace)
    assert latest.row() == {
        "run": IDS[-1],
        "started": "2024-05-02 08:00:00",
        "status": "failed",
        "backbone": None,
        "accuracy": None,
        "macro_f1": None,
        "mean_return": None,
        "version": None,
        "seconds": 3.5,
    }
    assert [record.status for record in others] == ["unfinished", "unfinished"]
    assert latest.config() == {"seed": 3}
    assert others[0].config() == {}


@pytest.mark.parametrize(
    ("asked", "found"),
    [("last", IDS[2]), ("20240502", IDS[2]), (IDS[0], IDS[0]), ("20240501-120000-", IDS[1])],
)
def test_find(workspace: Workspace, asked: str, found: str) -> None:
    assert find_run(workspace, asked).id == found


@pytest.mark.parametrize(
    ("asked", "words"), [("2023", "no such run"), ("20240501", "2 runs begin so"), ("", "3 runs")]
)
def test_find_nothing_or_several(workspace: Workspace, asked: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        find_run(workspace, asked)


def test_no_runs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing has run.*--workspace"):
        read_runs(Workspace(tmp_path))


def test_folder_that_is_no_time(tmp_path: Path) -> None:
    config = tmp_path / "runs" / "by-hand" / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("seed: 3")
    os.utime(config, (0, datetime(2024, 5, 2, 7, 30).timestamp()))
    assert next(read_runs(Workspace(tmp_path))).started == "2024-05-02 07:30:00"


def test_names_of_an_orchestrator_are_no_order(workspace: Workspace) -> None:
    nightly = workspace.runs / "nightly-1"
    nightly.mkdir()
    os.utime(nightly, (0, datetime(2024, 5, 2, 7, 30).timestamp()))  # not yet that far as to write a config
    assert [record.id for record in read_runs(workspace)] == [IDS[2], "nightly-1", IDS[1], IDS[0]]
    assert find_run(workspace, "last").id == IDS[2]
    began = datetime(2024, 5, 2, 8, 0, 1).astimezone()
    (nightly / "summary.json").write_text(
        json.dumps({"run_id": "nightly-1", "started": began.isoformat(timespec="milliseconds")}, indent=2)
    )
    assert find_run(workspace, "last").id == "nightly-1"
    assert next(read_runs(workspace)).row()["started"] == "2024-05-02 08:00:01"


@pytest.mark.parametrize("content", [b"seed: [", b"just words", b"- 1", b"\xff\xfe\x00"])
def test_damaged_config_is_one_line(workspace: Workspace, content: bytes) -> None:
    record = find_run(workspace, IDS[0])
    (record.folder / "config.yaml").write_bytes(content)
    with pytest.raises(InputError, match="config.yaml` is damaged") as told:
        record.config()
    assert "\n" not in str(told.value)


def test_only_the_run_in_question_is_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(records, "from_json", lambda text: read.append(text) or {})  # type: ignore[func-returns-value]
    find_run(workspace, IDS[2])
    assert len(read) == 1
