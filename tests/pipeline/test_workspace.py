"""The workspace: its paths, its runs, its lock."""

import os
import re
import select
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.workspace import Workspace

HOLD = "import sys; from pathlib import Path; from pipeline.workspace import Workspace\n" + (
    "with Workspace(Path(sys.argv[1])).locked(): print('held', flush=True); sys.stdin.read()"
)


def test_paths() -> None:
    workspace = Workspace(Path("w"))
    assert workspace.artifacts == Path("w/artifacts")
    assert workspace.metadata == Path("w/metadata.sqlite")
    assert workspace.runs == Path("w/runs")
    assert workspace.serving("cells") == Path("w/serving/cells")
    assert not Path("w").exists()


def test_new_run_makes_its_folder(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "deep" / "w")
    run = workspace.new_run()
    assert run.is_dir()
    assert run.parent == workspace.runs


def test_run_ids_are_unique_and_sort(tmp_path: Path) -> None:
    names = [Workspace(tmp_path).new_run().name for _ in range(25)]
    assert len(set(names)) == 25
    assert names == sorted(names)


def test_run_ids_are_times_and_sort_over_seconds(tmp_path: Path) -> None:
    first = [Workspace(tmp_path).new_run().name for _ in range(2)]
    time.sleep(1.01)
    second = Workspace(tmp_path).new_run().name
    assert sorted([second, *first]) == [*first, second]
    assert re.fullmatch(r"\d{8}-\d{6}-\d{3}", second)
    assert abs(datetime.strptime(second, "%Y%m%d-%H%M%S-%f") - datetime.now()) < timedelta(seconds=5)


def test_an_id_that_somebody_else_has_is_not_taken(tmp_path: Path) -> None:
    asked: list[str] = []

    def is_free(run_id: str) -> bool:
        asked.append(run_id)
        return len(asked) > 2

    run = Workspace(tmp_path).new_run(is_free)
    assert run.name == asked[2] and len(set(asked)) == 3
    assert [path.name for path in run.parent.iterdir()] == [run.name]


def test_lock_refuses_a_second_run(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    with workspace.locked(), pytest.raises(InputError, match="another run is at work in workspace `.*w`"):
        with workspace.locked():
            pass


def test_lock_is_free_again(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(KeyError), workspace.locked():
        raise KeyError
    with workspace.locked():
        pass


def test_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match="another run is at work"), workspace.locked():
            pass
        holder.kill()
        holder.wait()
    with workspace.locked():
        pass


def test_other_workspace_is_not_locked(tmp_path: Path) -> None:
    with Workspace(tmp_path / "a").locked(), Workspace(tmp_path / "b").locked():
        pass


@pytest.mark.parametrize("below", ["", "w", "deep/w"])
def test_cannot_be_written(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    workspace = Workspace(tmp_path / "file" / below)
    with pytest.raises(InputError, match="cannot be written: .*--workspace DIR"):
        workspace.new_run()
    with pytest.raises(InputError, match="cannot be written: .*--workspace DIR"), workspace.locked():
        pass


def test_runs_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    with pytest.raises(InputError, match="cannot be written"):
        Workspace(tmp_path).new_run()


def test_lock_closes_its_file(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with Workspace(tmp_path).locked(), pytest.raises(InputError), Workspace(tmp_path).locked():
            pass
    assert len(os.listdir("/proc/self/fd")) == before


def test_nodes_work_side_by_side_and_no_whole_run_among_them(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.locked("Trainer"), workspace.locked("StatisticsGen"):
        with pytest.raises(InputError, match="another run is at work"), workspace.locked():
            pass
    with workspace.locked(), pytest.raises(InputError, match="another run is at work"):
        with workspace.locked("Trainer"):
            pass


def test_node_waits_for_the_same_node(tmp_path: Path) -> None:
    hold = HOLD.replace("locked()", "locked('Trainer')")
    command = [sys.executable, "-c", hold, str(tmp_path)]
    root = Path(__file__).parents[2]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": root}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:  # type: ignore[call-overload]
        held, _, _ = select.select([first.stdout, second.stdout], [], [], 30)
        (holder,) = [process for process in (first, second) if process.stdout in held]
        (waiting,) = [process for process in (first, second) if process is not holder]
        assert not select.select([waiting.stdout], [], [], 1)[0]
        holder.kill()
        assert select.select([waiting.stdout], [], [], 30)[0]
        waiting.kill()


def test_nodes_of_a_run_share_its_folder_and_its_config(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    folders = {workspace.join_run("nightly-2026.1", "seed: 1\n") for _ in range(2)}
    assert folders == {workspace.runs / "nightly-2026.1"}
    with pytest.raises(InputError, match="run nightly-2026.1 has another config, see `.*config.yaml`"):
        workspace.join_run("nightly-2026.1", "seed: 2\n")


@pytest.mark.parametrize("run_id", ["", "..", "../x", "a/b", ".hidden", "a b", "x" * 101])
def test_run_id_is_the_name_of_a_folder(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(InputError, match="--run-id must be letters, digits"):
        Workspace(tmp_path).join_run(run_id, "")
    assert not list(tmp_path.iterdir())
