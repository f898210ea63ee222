"""The same values, whichever database they are in."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import struct_pb2
from ml_metadata.proto import metadata_store_pb2

from pipeline.metadata.connecting import Store
from pipeline.metadata.store import connection_to, sqlite_of
from pipeline.metadata.tables import NAMES, Tables, connected
from pipeline.workspace import Workspace

proto: Any = metadata_store_pb2  # its classes are made when it is imported
TEXTS = ("plain", "it's 100% %s", 'a "b" \\d+', "Bär €\U0001f600\x81", "a\nb", "")


def fill(store: Store) -> None:
    """With what no two databases write in the same way; a double that sqlite does not cut off."""
    kind = store.put_artifact_type(proto.ArtifactType(name="Any", properties={"own": proto.INT}))
    artifact = proto.Artifact(type_id=kind, uri="there", name="one", properties={"own": {"int_value": -7}})
    told = artifact.custom_properties
    told["double"].double_value, told["truth"].bool_value, told["lie"].bool_value = 0.25, True, False
    told["message"].proto_value.Pack(struct_pb2.Value(string_value="a\x00b"))
    told["struct"].struct_value["key"] = [1, "x"]
    store.put_artifacts([artifact])
    context = store.put_context_type(proto.ContextType(name="run"))
    store.put_contexts([proto.Context(type_id=context, name="now")])


def digests(found: Tables) -> dict[str, tuple[int, str]]:
    times = ("create_time_since_epoch", "last_update_time_since_epoch")
    columns = {name: [each for each in found.columns(name) if each not in times] for name in NAMES}
    return {name: found.digest(name, columns[name]) for name in NAMES}


@pytest.mark.slow
def test_what_ml_metadata_writes_is_read_as_the_same(address: str, workspace: Workspace) -> None:
    found = []
    for connection in (sqlite_of(workspace, is_read_only=False), connection_to(address)):
        fill(Store(connection))
        with connected(connection) as tables:
            assert {name.lower() for name in NAMES} < tables.present()
            found.append((digests(tables), tables.version()))
    assert found[0] == found[1]


@pytest.mark.slow
def test_what_is_written_is_read_by_ml_metadata_as_it_was(address: str, workspace: Workspace) -> None:
    source, target = sqlite_of(workspace, is_read_only=False), connection_to(address)
    store = Store(source)
    fill(store)
    kind = store.get_artifact_type("Any").id
    for text in TEXTS:
        artifact = proto.Artifact(type_id=kind, uri=f"below/{text}")
        artifact.custom_properties["text"].string_value = text
        store.put_artifacts([artifact])
    other = Store(target)
    with connected(source) as old, connected(target) as new:
        for name in NAMES:
            new.replace(name, old.columns(name), old.rows(name))
        new.commit()
    for ask in ("get_artifacts", "get_contexts", "get_artifact_types", "get_context_types"):
        expected, found = (sorted(getattr(each, ask)(), key=lambda item: item.id) for each in (store, other))
        assert found == expected
    # The next id is a new one.
    assert other.put_artifacts([proto.Artifact(type_id=kind, uri="new")]) == [len(TEXTS) + 2]
    assert other.put_context_type(proto.ContextType(name="other")) > store.get_context_type("run").id


@pytest.mark.slow
def test_what_is_not_committed_is_undone(address: str) -> None:
    connection = connection_to(address)
    Store(connection)
    with connected(connection) as tables:
        before = digests(tables)
        tables.replace("Artifact", ["id", "type_id", "uri"], [(1, 1, "there")])
        assert digests(tables) != before
    with connected(connection) as tables:
        assert digests(tables) == before


def test_a_digest_tells_rows_apart_but_not_their_order(tmp_path: Path) -> None:
    found = []
    for number, rows in enumerate(
        ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")], [(1, "b"), (2, "a")], [(1, "a")])
    ):
        place = Workspace(tmp_path / str(number))
        place.root.mkdir()
        with sqlite3.connect(place.metadata) as link:
            link.execute("CREATE TABLE Artifact (id INT, uri TEXT)")
            link.executemany("INSERT INTO Artifact VALUES (?, ?)", rows)
        with connected(sqlite_of(place)) as tables:
            found.append(tables.digest("Artifact", ["id", "uri"]))
    assert found[0] == found[1]
    assert len(set(found)) == 3
