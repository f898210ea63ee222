"""The store's address: from the environment, remembered by the workspace, never with its password."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ml_metadata.proto import metadata_store_pb2

from pipeline import serving
from pipeline.errors import InputError
from pipeline.inspect_command import show_artifacts, show_diff, show_lineage, show_run, show_runs
from pipeline.metadata_store import (
    VARIABLE,
    bind,
    check_fits,
    connection_of,
    has_run,
    open_store,
    place_of,
)
from pipeline.serving import roll_back, served_versions
from pipeline.workspace import Workspace
from tests.pipeline.databases import ESCAPED, PASSWORD, database
from tests.pipeline.inspection.made import Made

proto: Any = metadata_store_pb2  # its classes are made when it is imported
ADDRESS = f"postgresql://graft:{ESCAPED}@db.example:6543/pictures"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_without_the_variable_it_is_the_workspaces_sqlite(workspace: Workspace) -> None:
    connection = connection_of(workspace)
    assert connection.sqlite.filename_uri == str(workspace.metadata)
    assert connection.sqlite.connection_mode == connection.sqlite.READONLY
    writable = connection_of(workspace, is_read_only=False).sqlite
    assert writable.connection_mode == writable.READWRITE_OPENCREATE
    bind(workspace, "pets")
    assert not has_run(workspace)
    assert list(workspace.root.iterdir()) == []


def test_an_address_is_taken_apart(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, ADDRESS)
    found = connection_of(workspace).postgresql
    assert (found.host, found.port, found.user) == ("db.example", "6543", "graft")
    assert (found.password, found.dbname) == (PASSWORD, "pictures")
    monkeypatch.setenv(VARIABLE, "mysql://graft@db.example/pictures")
    plain = connection_of(workspace).mysql
    assert (plain.host, plain.port, plain.user, plain.password) == ("db.example", 3306, "graft", "")
    assert plain.database == "pictures"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "sqlite:///x.db",
            "mysql://db.example/pictures",
            "mysql://graft@db.example",
            "mysql://graft@/pictures",
        ),
        *(
            "postgresql://graft:hush@db.example:port/x",
            "postgresql://graft:hush@[db/x",
            "db.example",
            "a:b@c/d/e",
        ),
        *(
            "mysql://graft:hush@db.example/a/b",
            "mysql://graft:hush@db.example:0/a",
            "mysql://graft:hush@db.example/a?ssl-mode=REQUIRED",
        ),
    ],
)
def test_no_address(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(InputError, match="must be mysql://USER:PASSWORD@HOST:PORT/DATABASE") as error:
        connection_of(workspace)
    assert "hush" not in str(error.value)


@given(text=st.text().filter(lambda text: text.isprintable() and text))
def test_any_text_is_an_address_or_a_clear_message(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, text)
        with pytest.raises(InputError, match=f"^{VARIABLE} must be"):
            connection_of(Workspace(Path("nowhere")))


def test_a_database_that_is_not_there(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"mysql://graft:{ESCAPED}@127.0.0.1:1/graft")
    with pytest.raises(InputError, match="does not answer: .* Is it up, and the password right") as error:
        bind(workspace, "pets")
    assert PASSWORD not in str(error.value)
    assert list(workspace.root.iterdir()) == [], "no workspace is bound to it"


def test_a_workspace_with_sqlite_takes_no_database(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    Made(workspace.root).run("20240501-120000")
    monkeypatch.setenv(VARIABLE, ADDRESS)
    for ask in (lambda each: bind(each, "pets"), connection_of, open_store):
        with pytest.raises(InputError, match="keeps its metadata in .*metadata.sqlite.*unset GRAFT_METADATA"):
            ask(workspace)


def test_a_bound_workspace_takes_no_other_store(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.root / "metadata.address").write_text("postgresql://graft@db.example:5432/pictures\n")
    assert has_run(workspace)
    with pytest.raises(
        InputError, match="in `postgresql://graft@db.example:5432/pictures`, not in `.*sqlite`"
    ):
        connection_of(workspace)
    monkeypatch.setenv(VARIABLE, "postgresql://graft:x@db.example/other")
    with pytest.raises(
        InputError, match=r"pictures`, not in `postgresql://graft@db.example:5432/other`: set"
    ):
        connection_of(workspace)
    monkeypatch.setenv(VARIABLE, "postgresql://graft:another@db.example/pictures")
    assert connection_of(workspace).postgresql.password == "another"


FITTING = "it's 100% [plain]; -- {}"
HOSTILE = ["\\d+", 'a "b"', "Bär", "a\nb"]


@pytest.mark.parametrize("text", HOSTILE)
def test_postgresql_takes_nothing_that_must_be_escaped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    config = {"name": "pets", "seed": 17, "data": {"columns": ["a", {"own": text}], "path": None}}
    monkeypatch.setenv(VARIABLE, ADDRESS)
    with pytest.raises(InputError, match=r"^`data.columns.1.own` is "):
        check_fits(config)
    check_fits({**config, "data": {"path": FITTING}})
    monkeypatch.setenv(VARIABLE, ADDRESS.replace("postgresql", "mysql"))
    check_fits(config)
    monkeypatch.delenv(VARIABLE)
    check_fits(config)


@pytest.fixture(params=["mysql", "postgresql"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    with database(request.param) as found:
        yield found


def _told(root: Path, capsys: pytest.CaptureFixture[str]) -> list[object]:
    """All that `inspect` and `serving` tell of two runs and a rollback, with paths and times left out."""
    made = Made(root)
    made.run("20240501-120000", answers={"cat-0.jpg": "cat", "dog-0.jpg": "cat"})
    made.run("20240502-120000", cached=("ImageExampleGen",), answers={"cat-0.jpg": "cat", "dog-0.jpg": "dog"})
    roll_back(made.workspace, None)
    show_runs(root, as_json=True)
    show_run("last", root, as_json=True)
    show_artifacts(root, None, as_json=True)
    show_lineage("4", root, as_json=True)
    show_diff("20240501-120000", "20240502-120000", root, as_json=True)
    texts = capsys.readouterr().out.replace(str(root), "ROOT")
    decoder, found = json.JSONDecoder(), []
    while texts := texts.strip():
        value, end = decoder.raw_decode(texts)
        found.append(_without_times(value))
        texts = texts[end:]
    assert len(found) == 5
    return [*found, [version.run for version in served_versions(made.workspace)]]


def _without_times(value: object) -> object:
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name not in ("created", "started", "seconds")}
        return {name: _without_times(each) for name, each in kept.items()}
    return [_without_times(each) for each in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_databases_tell_what_sqlite_tells(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving.time, "time", lambda: 1_800_000_000)
    expected = _told(tmp_path / "sqlite", capsys)
    monkeypatch.setenv(VARIABLE, address)
    assert _told(tmp_path / "database", capsys) == expected
    assert not (tmp_path / "database" / "metadata.sqlite").exists()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in everything and ESCAPED.encode() not in everything
    monkeypatch.setenv(VARIABLE, address.replace(ESCAPED, "wrong"))
    with pytest.raises(InputError, match="does not answer"):
        open_store(Workspace(tmp_path / "database"))
    assert place_of(Workspace(tmp_path / "database")) == address.replace(f":{ESCAPED}", "")


@pytest.mark.slow
def test_what_fits_comes_back(address: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, address)
    store = open_store(workspace, is_read_only=False)
    kind = store.put_artifact_type(proto.ArtifactType(name="Any"))
    for text in (FITTING, *HOSTILE):
        artifact = proto.Artifact(type_id=kind, uri="there")
        artifact.custom_properties["text"].string_value = text
        try:
            check_fits({"text": text})
        except InputError:
            assert address.startswith("postgresql") and text != FITTING
        else:
            (found,) = store.get_artifacts_by_id(store.put_artifacts([artifact]))
            assert found.custom_properties["text"].string_value == text


@pytest.mark.slow
def test_workspaces_of_one_name_do_not_share_a_database(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, address)
    Made(tmp_path / "first").run("20240501-120000")
    bind(Workspace(tmp_path / "first"), "pets")
    second = Workspace(tmp_path / "second")
    second.root.mkdir()
    with pytest.raises(InputError, match="`pets` is the name of .*/first/artifacts/.*--set name=NAME"):
        bind(second, "pets")
    assert not has_run(second)
    bind(second, "birds")
    assert has_run(second)
