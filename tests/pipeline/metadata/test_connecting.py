"""A database that is away is waited for, and what cannot be opened says why."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ml_metadata.proto import metadata_store_pb2

from pipeline.errors import DatabaseAwayError, InputError
from pipeline.metadata import connecting, tables
from pipeline.metadata.connecting import Store
from pipeline.metadata.store import connection_to, sqlite_of
from pipeline.settings.metadata import PASSWORD_VARIABLE
from pipeline.workspace import Workspace
from tests.pipeline.databases import PASSWORD, Server, database

proto: Any = metadata_store_pb2  # its classes are made when it is imported


@pytest.fixture(params=["mysql", "postgresql"])
def own_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that the test may stop."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with database(request.param) as found:
        yield found


@pytest.mark.slow
def test_a_server_that_restarts_is_waited_for(own_server: Server) -> None:
    connection = connection_to(own_server.address)
    store = Store(connection, patience_seconds=60)
    kind = store.put_artifact_type(proto.ArtifactType(name="Any"))
    store.put_artifacts([proto.Artifact(type_id=kind, uri="before")])

    own_server.stop()
    with pytest.raises(InputError, match="does not answer: .*Is it up"):
        Store(connection)
    begun = time.monotonic()
    with pytest.raises(
        DatabaseAwayError, match="has not answered for 1 seconds: .*The finished nodes are kept"
    ):
        Store(connection, patience_seconds=1)
    assert time.monotonic() - begun < 3

    later = threading.Timer(2, own_server.start)
    later.start()
    assert Store(connection, patience_seconds=60).get_artifact_types()[0].name == "Any"
    later.join()
    # The connection that was there before is made anew, for questions.
    assert [each.uri for each in store.get_artifacts()] == ["before"]


@pytest.mark.slow
def test_what_is_written_is_not_written_twice(own_server: Server) -> None:
    store = Store(connection_to(own_server.address), patience_seconds=60)
    kind = store.put_artifact_type(proto.ArtifactType(name="Any"))
    own_server.stop()
    own_server.start()
    with pytest.raises(DatabaseAwayError, match="went away while something was written"):
        store.put_artifacts([proto.Artifact(type_id=kind, uri="there")])
    assert store.get_artifacts() == [], "and after that the connection is a new one"


def _write_types(address: str, start: Any) -> None:
    store = Store(connection_to(address))
    start.wait()
    for number in range(20):
        store.put_context_type(proto.ContextType(name=f"type-{number}"))


@pytest.mark.slow
def test_of_several_that_write_a_type_at_once_one_writes_it(address: str) -> None:
    context = multiprocessing.get_context("fork")
    start = context.Barrier(4)
    processes = [context.Process(target=_write_types, args=(address, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4, "though they meet in an empty database"
    assert len(Store(connection_to(address)).get_context_types()) == 20


@pytest.mark.slow
def test_wrong_password_is_told_at_once(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("wrong-one", ""):
        monkeypatch.setenv(PASSWORD_VARIABLE, wrong)
        with pytest.raises(
            InputError, match=f"lets nobody in: .*graft.*password in {PASSWORD_VARIABLE}"
        ) as error:
            Store(connection_to(address), patience_seconds=60)
        assert "wrong-one" not in str(error.value)


@pytest.mark.slow
def test_tables_of_another_version(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_TRIES", 1)
    connection = connection_to(address)
    Store(connection)
    with tables.connected(connection) as found:
        found.replace("MLMDEnv", ["schema_version"], [(found.version() + 1,)])
        found.commit()
    with pytest.raises(InputError, match="ML Metadata cannot work with the database `.*`: .*version"):
        Store(connection)


def test_a_damaged_file(workspace: Workspace) -> None:
    workspace.metadata.write_text("no database" * 1000)
    with pytest.raises(InputError, match=r"metadata.sqlite` cannot be read: .*\. It may be damaged"):
        Store(sqlite_of(workspace), patience_seconds=60).get_artifacts()
