"""Runs whose metadata are in a MariaDB: side by side, through a restart of the server, and after a move."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.metadata.store import address_of, connection_to
from pipeline.metadata.tables import NAMES, connected
from pipeline.settings.metadata import PASSWORD_VARIABLE
from pipeline.workspace import Workspace
from tests.cli import check_one_clear_line, children_seconds, run_cli
from tests.e2e import sample
from tests.pipeline.databases import PASSWORD, Server, database

pytestmark = pytest.mark.e2e
# As little as goes through every node: what is learnt is asked elsewhere.
TINY = (
    *sample.SMALL,
    "augment.views=1",
    "trainer.phases.0.epochs=1",
    "trainer.phases.1.epochs=1",
    "evaluator.thresholds=[{metric: accuracy, at_least: 0}]",
    "evaluator.max_accuracy_drop=1",
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with database("mysql") as found:
        yield found


def on(server: Server, *more: str) -> tuple[str, ...]:
    return (*TINY, f"metadata.address={server.address}", *more)


def asked(workspace: Path, *arguments: str) -> Any:
    done = run_cli("inspect", *arguments, "--workspace", workspace, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_no_password(root: Path, server: Server, *texts: str) -> None:
    """Neither in a file, nor on the screen, nor in the database."""
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) > 50, "the check looks at nothing"
    holding = [path for path in files if PASSWORD.encode() in path.read_bytes()]
    assert holding == []
    assert not any(PASSWORD in text for text in texts)
    with connected(connection_to(server.address)) as tables:
        rows = [row for name in NAMES for row in tables.rows(name)]
    assert len(rows) > 100 and PASSWORD not in repr(rows)


def test_two_runs_at_once_do_not_disturb_each_other(server: Server, tmp_path: Path) -> None:
    names = ("cells-one", "cells-two")
    workspaces = [tmp_path / name for name in names]
    processes = [
        sample.start(workspace, settings=on(server, f"name={name}"))
        for workspace, name in zip(workspaces, names, strict=True)
    ]
    texts = [text for process in processes for text in process.communicate(timeout=500)]
    assert [process.returncode for process in processes] == [0, 0], texts
    check_no_password(tmp_path, server, *texts)

    seen: list[set[int]] = []
    for own, other in (workspaces, workspaces[::-1]):
        assert not (own / "metadata.sqlite").exists()
        (run,) = asked(own, "runs")
        assert run["status"] == "pushed"
        artifacts = asked(own, "artifacts")
        assert {each["run"] for each in artifacts} == {run["run"]}
        assert all(each["is_there"] and each["uri"].startswith(f"{own}/") for each in artifacts)
        lineage = asked(own, "lineage", run["version"])
        assert {step["execution"]["run"] for step in lineage["back"]} == {run["run"]}
        assert str(other) not in json.dumps([artifacts, lineage])
        seen.append({each["id"] for each in artifacts})
    assert not seen[0] & seen[1]

    # What neither of them has made is neither's cache; what one has made is its own. And `inspect` is quick.
    again = sample.run(workspaces[0], settings=on(server, f"name={names[0]}"))
    assert again.returncode == 0, again.stderr
    assert set(sample.states(sample.summaries(workspaces[0])[-1]).values()) == {"cached"}
    stolen = sample.run(workspaces[0], settings=on(server, f"name={names[1]}"))
    assert stolen.returncode == 2
    assert f"`{names[1]}` is the name of a pipeline of `{workspaces[1]}`" in stolen.stderr
    begun = children_seconds()
    asked(workspaces[0], "artifacts")
    assert children_seconds() - begun < 2, "of a processor, whatever else the machine does"


def test_server_restarts_while_a_node_runs(server: Server, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    process = sample.start(workspace, settings=on(server))
    sample.wait_for(lambda: process.poll() is not None or list(workspace.glob("artifacts/Transform/*/*")))
    server.stop()
    log = next(workspace.glob("runs/*/log.txt"))
    sample.wait_for(lambda: process.poll() is not None or "the database does not answer" in log.read_text())
    time.sleep(6)  # longer than TFX would wait
    server.start()
    output, errors = process.communicate(timeout=500)
    assert process.returncode == 0, errors
    (summary,) = sample.summaries(workspace)
    assert summary["status"] == "pushed"
    assert set(sample.states(summary).values()) == {"complete"}
    check_no_password(tmp_path, server, output, errors)


def test_server_that_does_not_come_back_ends_the_run_and_the_next_goes_on(
    server: Server, tmp_path: Path
) -> None:
    workspace, settings = tmp_path / "workspace", on(server, "metadata.patience_seconds=5")
    process = sample.start(workspace, settings=settings)
    sample.wait_for(lambda: process.poll() is not None or list(workspace.glob("artifacts/Transform/*/*")))
    server.stop()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "Traceback" not in errors and PASSWORD not in errors
    assert f"failed: the database `{server.address}` has not answered for 5 seconds: Can't connect" in errors
    assert "the same command goes on from there" in errors
    (failed,) = sample.summaries(workspace)
    assert failed["status"] == "failed"
    assert sample.states(failed)["Transform"] == "failed"

    assert asked(workspace, "runs")[0]["status"] == "failed", "the folders of the runs are enough for that"
    done = run_cli("inspect", "artifacts", "--workspace", workspace)
    check_one_clear_line(done, ["does not answer", "Is it up"])
    away = sample.run(workspace, settings=settings)
    assert away.returncode == 1 and "has not answered for 5 seconds" in away.stderr

    server.start()
    again = sample.run(workspace, settings=settings)
    assert again.returncode == 0, again.stderr
    states = sample.states(sample.summaries(workspace)[-1])
    assert states["ImageExampleGen"] == states["StatisticsGen"] == states["SchemaGen"] == "cached"
    assert states["Transform"] == states["Trainer"] == "complete"


def test_a_run_goes_on_in_the_database_to_which_it_was_moved(server: Server, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    first = sample.run(workspace, settings=TINY)
    assert first.returncode == 0, first.stderr
    before = asked(workspace, "artifacts")
    done = run_cli("metadata", "move", "--to", server.address, "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    assert address_of(Workspace(workspace)) == server.address
    assert asked(workspace, "artifacts") == before

    # No line of the config changes, and nothing is done again but what follows from another head.
    again = sample.run(workspace, settings=TINY)
    assert again.returncode == 0, again.stderr
    assert set(sample.states(sample.summaries(workspace)[-1]).values()) == {"cached"}
    other = sample.run(workspace, settings=(*TINY, "trainer.dropout=0.4"))
    assert other.returncode == 0, other.stderr
    states = sample.states(sample.summaries(workspace)[-1])
    assert states["Augment"] == "cached" and states["Trainer"] == states["Pusher"] == "complete"
    after = asked(workspace, "artifacts")
    assert after[-len(before) :] == before and len(after) > len(before)
    assert all(each["is_there"] for each in after)
    check_no_password(tmp_path, server, done.stdout, again.stderr, other.stderr)
