"""Runs' folders: listed, found by the beginning of an id, and never a traceback."""

from pathlib import Path

import pytest

from pipeline.errors import InputError
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
    (tmp_path / "runs" / "by-hand").mkdir(parents=True)
    assert read_runs(Workspace(tmp_path))[0].started == ""
