"""`serving` and `rollback` from the command line."""

import json
from pathlib import Path

import pytest

from pipeline.commands.serving import rollback_command
from tests.cli import check_one_clear_line, run_cli
from tests.pipeline.inspection.made import Made

OLD, NEW = "1700000004", "1700000008"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two versions."""
    made = Made(tmp_path / "ws")
    made.run("20240501-120000", answers={"cat-0.jpg": "cat", "cat-1.jpg": "dog"})
    made.run("20240502-120000", answers={"cat-0.jpg": "cat"})
    return made.workspace.root


def test_serving(root: Path) -> None:
    done = run_cli("serving", "--workspace", root)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[1][:6] == ["pets", NEW, "newest", "1.0000", "0.5000", "20240502-120000"]
    assert lines[2][:5] == ["pets", OLD, "0.5000", "0.2500", "20240501-120000"]
    rows = json.loads(run_cli("serving", "--workspace", root, "--json").stdout)
    assert [(row["version"], row["is_newest"]) for row in rows] == [(NEW, True), (OLD, False)]


def test_pipe_gets_a_version_on_one_line(tmp_path: Path) -> None:
    made = Made(tmp_path / "ws", name="solar-cells-of-the-north-hall")
    run_id = f"scheduled-{'9' * 60}"
    made.run(run_id, answers={"cat-0.jpg": "cat"})
    _, row = run_cli("serving", "--workspace", made.workspace.root).stdout.splitlines()
    assert row.split()[-1] == run_id


def test_rollback(root: Path) -> None:
    done = run_cli("rollback", "--workspace", root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"pushed {root}/serving/pets/")
    assert done.stdout.endswith("as run 20240501-120000 made it\n")


@pytest.mark.parametrize("command", ["serving", "rollback"])
def test_nothing_was_pushed(tmp_path: Path, command: str) -> None:
    check_one_clear_line(run_cli(command, "--workspace", tmp_path), ("--workspace",))
    assert not (tmp_path / "metadata.sqlite").exists()


def test_places_are_the_same_from_everywhere(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    rollback_command(None, None, Path(root.name))
    monkeypatch.chdir("/")
    newest = json.loads(run_cli("serving", "--workspace", root, "--json").stdout)[0]
    assert (newest["run"], newest["accuracy"]) == ("20240501-120000", 0.5)
    assert newest["artifact"] is not None
