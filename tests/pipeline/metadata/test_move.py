"""From sqlite into a database: every row with its id, whole or not at all."""

import json
import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ml_metadata.proto import metadata_store_pb2

from pipeline.commands.inspect import show_artifacts, show_lineage, show_run, show_runs
from pipeline.errors import InputError
from pipeline.metadata import move as moving
from pipeline.metadata import tables
from pipeline.metadata.connecting import Store
from pipeline.metadata.move import move
from pipeline.metadata.store import (
    address_of,
    bind,
    claim_run,
    connection_of,
    connection_to,
    open_store,
)
from pipeline.metadata.tables import NAMES, connected
from pipeline.serving import roll_back, served_versions
from pipeline.settings.metadata import PASSWORD_VARIABLE, MetadataConfig
from pipeline.workspace import Workspace
from tests.cli import check_one_clear_line, run_cli
from tests.pipeline.databases import PASSWORD
from tests.pipeline.inspection.made import Made

proto: Any = metadata_store_pb2  # its classes are made when it is imported
NOWHERE = "mysql://graft@127.0.0.1:1/graft"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Two runs and a rollback, in sqlite."""
    found = Made(tmp_path / "ws")
    found.run("20240501-120000", answers={"cat-0.jpg": "cat", "dog-0.jpg": "cat"})
    found.run("20240502-120000", cached=("ImageExampleGen",))
    roll_back(found.workspace, None)
    return found


def told(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> str:
    """All that `inspect` and `serving` tell."""
    show_runs(workspace.root, as_json=True)
    show_run("last", workspace.root, as_json=True)
    show_artifacts(workspace.root, None, as_json=True)
    show_lineage("4", workspace.root, as_json=True)
    return capsys.readouterr().out + str(served_versions(workspace))


def is_empty(address: str) -> bool:
    with connected(connection_to(address)) as found:
        return not any(list(found.rows(name)) for name in NAMES if name != "Type")


def check_still_on_sqlite(workspace: Workspace) -> None:
    assert address_of(workspace) is None
    assert connection_of(workspace).HasField("sqlite")
    assert len(open_store(workspace).get_artifacts()) == 9


@pytest.mark.slow
def test_a_moved_workspace_tells_the_same_and_goes_on(
    address: str, made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = made.workspace
    before, content = told(workspace, capsys), workspace.metadata.read_bytes()
    done = run_cli("metadata", "move", "--to", address, "--workspace", workspace.root)
    assert done.returncode == 0, done.stderr
    assert f"9 artifacts and 9 executions are in `{address}` now" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    assert not workspace.metadata.exists()
    assert (workspace.root / "metadata.sqlite.moved").read_bytes() == content
    assert address_of(workspace) == address
    assert told(workspace, capsys) == before

    # The next run's rows have ids that none had before.
    store = open_store(workspace)
    taken = {each.id for each in store.get_executions()}
    bind(workspace, MetadataConfig(), "pets")
    again = Made(workspace.root)
    again.run("20240503-120000")
    ids = {each.id for each in store.get_executions()}
    assert min(ids - taken) == max(taken) + 1 and len(ids - taken) == 4
    show_runs(workspace.root, as_json=True)
    assert len(json.loads(capsys.readouterr().out)) == 3
    other = Workspace(workspace.root.parent / "other")
    other.root.mkdir()
    with pytest.raises(InputError, match="`pets` is the name of a pipeline of"):
        bind(other, MetadataConfig(address=address), "pets")
    assert not claim_run(again.workspace, "20240501-120000") or claim_run(workspace, "20240501-120000")
    with pytest.raises(InputError, match=f"keeps its metadata in `{address}` already"):
        move(workspace, address)


@pytest.mark.slow
def test_a_database_that_is_not_empty_is_refused(address: str, made: Made, tmp_path: Path) -> None:
    Made(tmp_path / "other", address=address, name="birds")  # a pipeline's name, and nothing else
    with pytest.raises(InputError, match="is not empty: it holds metadata of other runs"):
        move(made.workspace, address)
    check_still_on_sqlite(made.workspace)


@pytest.mark.slow
def test_tables_of_something_else_are_refused(address: str, made: Made) -> None:
    Store(connection_to(address))
    with connected(connection_to(address)) as found:
        found._link.cursor().execute("CREATE TABLE invoices (id INT)")
        found.commit()
    with pytest.raises(InputError, match="holds other tables: invoices"):
        move(made.workspace, address)
    check_still_on_sqlite(made.workspace)


@pytest.mark.slow
def test_tables_of_another_version_are_refused(address: str, made: Made) -> None:
    with sqlite3.connect(made.workspace.metadata) as link:
        link.execute("UPDATE MLMDEnv SET schema_version = 9")
    with pytest.raises(
        InputError, match="the sqlite file has tables of ML Metadata's schema 9, .* schema 10"
    ):
        move(made.workspace, address)
    assert is_empty(address)


@pytest.mark.slow
def test_what_does_not_fit_moves_nothing(address: str, made: Made) -> None:
    with sqlite3.connect(made.workspace.metadata) as link:
        link.execute("UPDATE Attribution SET artifact_id = ? WHERE id = 1", (2**40,))  # the last table
    with pytest.raises(InputError, match="does not take everything: .*(?i:out of range).* Nothing was moved"):
        move(made.workspace, address)
    assert is_empty(address)
    check_still_on_sqlite(made.workspace)


@pytest.mark.slow
def test_what_is_read_otherwise_moves_nothing(
    address: str, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = tables.Tables.replace

    def lossy(self: Any, name: str, columns: Any, rows: Any) -> None:
        replace(self, name, columns, list(rows)[1:] if name == "Event" else rows)

    monkeypatch.setattr(tables.Tables, "replace", lossy)
    with pytest.raises(InputError, match="gives other rows back than were put in"):
        move(made.workspace, address)
    assert is_empty(address)
    check_still_on_sqlite(made.workspace)


def _kill_at(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, remember = tables.Tables.replace, moving.remember

    def kill_in_the_middle(self: Any, name: str, *more: Any) -> None:
        if name == "Event":
            os.kill(os.getpid(), signal.SIGKILL)
        replace(self, name, *more)

    def kill_around_the_note(*told: Any) -> None:
        if moment == "before the file goes":
            remember(*told)
        os.kill(os.getpid(), signal.SIGKILL)

    if moment == "in the middle":
        monkeypatch.setattr(tables.Tables, "replace", kill_in_the_middle)
    monkeypatch.setattr(moving, "remember", kill_around_the_note)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["in the middle", "before the workspace is told", "before the file goes"])
def test_killed_it_is_on_sqlite_or_moved_and_the_same_command_ends_it(
    address: str, made: Made, moment: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = told(made.workspace, capsys)

    if (child := os.fork()) == 0:
        try:
            _kill_at(moment, monkeypatch)
            move(made.workspace, address)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    if moment != "before the file goes":
        check_still_on_sqlite(made.workspace)
        assert is_empty(address) == (moment == "in the middle")
    assert told(made.workspace, capsys) == expected
    assert move(made.workspace, address).artifacts == 9
    assert told(made.workspace, capsys) == expected
    assert address_of(made.workspace) == address


@pytest.mark.slow
def test_half_of_another_attempt_is_not_taken_for_its_own(address: str, made: Made) -> None:
    connection = connection_to(address)
    Store(connection)
    with connected(connection_of(made.workspace)) as old, connected(connection) as new:
        new.replace("Artifact", old.columns("Artifact"), old.rows("Artifact"))
        new.commit()
    with pytest.raises(InputError, match="is not empty"):
        move(made.workspace, address)


def test_a_run_is_at_work(made: Made, tmp_path: Path) -> None:
    with made.workspace.locked(), pytest.raises(InputError, match="another run is at work in workspace"):
        move(made.workspace, NOWHERE)
    with made.workspace.locked("Trainer"), pytest.raises(InputError, match="another run is at work"):
        move(made.workspace, NOWHERE)
    check_still_on_sqlite(made.workspace)


def test_what_cannot_be_moved(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with pytest.raises(InputError, match="nothing has run in workspace .*--set metadata.address=mysql"):
        move(Workspace(tmp_path / "new"), NOWHERE)
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="does not answer"):
        move(made.workspace, NOWHERE)
    (made.workspace.runs / "20240502-120000" / "config.yaml").write_text("data: {path_pattern: '\\d+'}")
    with pytest.raises(InputError, match="`data.path_pattern` is .*into PostgreSQL"):
        move(made.workspace, "postgresql://graft@127.0.0.1:1/graft")
    check_still_on_sqlite(made.workspace)
    (made.workspace.root / "metadata.address").write_text(f"{NOWHERE}\n")
    with pytest.raises(InputError, match=f"keeps its metadata in `{NOWHERE}` already"):
        move(made.workspace, "mysql://graft@127.0.0.1:2/graft")


@pytest.mark.parametrize("address", ["db.example", f"mysql://graft:{PASSWORD}@db.example/pets"])
def test_no_address(address: str, made: Made) -> None:
    done = run_cli("metadata", "move", "--to", address, "--workspace", made.workspace.root)
    check_one_clear_line(done, ["error: --to must"])
    assert PASSWORD not in done.stderr
