"""The store: named by the config, remembered by the workspace, never with its password."""

import json
from pathlib import Path

import pytest

from pipeline import serving
from pipeline.commands.inspect import show_artifacts, show_diff, show_lineage, show_run, show_runs
from pipeline.errors import InputError
from pipeline.metadata.store import (
    address_of,
    bind,
    claim_run,
    connection_of,
    connection_to,
    has_run,
    open_store,
    place_of,
    remember,
)
from pipeline.serving import roll_back, served_versions
from pipeline.settings.metadata import PASSWORD_VARIABLE, MetadataConfig
from pipeline.workspace import Workspace
from tests.cli import run_cli
from tests.pipeline.databases import PASSWORD
from tests.pipeline.inspection.made import Made

ADDRESS = "postgresql://graft@db.example:6543/pictures"
NOWHERE = MetadataConfig(address="mysql://graft@127.0.0.1:1/graft")


def test_without_an_address_it_is_the_workspaces_sqlite(workspace: Workspace) -> None:
    connection = connection_of(workspace)
    assert connection.sqlite.filename_uri == str(workspace.metadata)
    assert connection.sqlite.connection_mode == connection.sqlite.READONLY
    writable = connection_of(workspace, is_read_only=False).sqlite
    assert writable.connection_mode == writable.READWRITE_OPENCREATE
    bind(workspace, MetadataConfig(), "pets")
    assert not has_run(workspace)
    assert claim_run(workspace, "any")
    assert list(workspace.root.iterdir()) == []


def test_an_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    found = connection_to(ADDRESS.replace("graft@", "g%40@")).postgresql
    assert (found.host, found.port, found.user) == ("db.example", "6543", "g@")
    assert (found.password, found.dbname) == (PASSWORD, "pictures")
    monkeypatch.delenv(PASSWORD_VARIABLE)
    plain = connection_to("mysql://graft@db.example:3306/pictures").mysql
    assert (plain.host, plain.port, plain.user, plain.password) == ("db.example", 3306, "graft", "")
    assert plain.database == "pictures"


def test_a_database_that_was_never_there_is_a_mistake(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with pytest.raises(
        InputError, match="`mysql://graft@127.0.0.1:1/graft` does not answer: .*Is it up"
    ) as error:
        bind(workspace, NOWHERE, "pets")
    assert PASSWORD not in str(error.value)
    assert list(workspace.root.iterdir()) == [], "no workspace is bound to it"


@pytest.mark.parametrize("command", [("run",), ("node", "ImageExampleGen", "--run-id", "nightly-1")])
def test_a_known_database_that_is_away_is_no_mistake_of_the_users(
    workspace: Workspace, command: tuple[str, ...]
) -> None:
    remember(workspace, "mysql://graft@127.0.0.1:1/graft")
    done = run_cli(*command, "--workspace", workspace.root, "--set", "metadata.patience_seconds=1")
    assert done.returncode == 1, "an orchestrator tries it again, which it does not with 2"
    assert "failed: the database `mysql://graft@127.0.0.1:1/graft` has not answered" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("failed: "), "there is no log to look into"
    assert "Traceback" not in done.stderr
    assert not workspace.runs.exists()


def test_a_workspace_with_sqlite_takes_no_database(workspace: Workspace) -> None:
    Made(workspace.root).run("20240501-120000")
    with pytest.raises(
        InputError, match="in `.*metadata.sqlite`, not in `mysql.*metadata move --to mysql://graft@127"
    ):
        bind(workspace, NOWHERE, "pets")
    assert address_of(workspace) is None


def test_a_bound_workspace_takes_no_other_store(workspace: Workspace) -> None:
    (workspace.root / "metadata.address").write_text(f"{ADDRESS}\n")
    assert has_run(workspace)
    with pytest.raises(InputError, match=f"in `{ADDRESS}`, not in `mysql.*leave `metadata.address` out, or"):
        bind(workspace, NOWHERE, "pets")
    assert connection_of(workspace).postgresql.dbname == "pictures", "with no config at hand"
    assert not connection_of(workspace).HasField("sqlite")


def _told(root: Path, address: str | None, capsys: pytest.CaptureFixture[str]) -> list[object]:
    """All that `inspect` and `serving` tell of two runs and a rollback, with paths and times left out."""
    made = Made(root, address=address)
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
    expected = _told(tmp_path / "sqlite", None, capsys)
    assert _told(tmp_path / "database", address, capsys) == expected
    place = Workspace(tmp_path / "database")
    assert not place.metadata.exists()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in everything
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong-one")
    with pytest.raises(InputError, match=f"lets nobody in: .*password in {PASSWORD_VARIABLE}") as error:
        open_store(place)
    assert "wrong-one" not in str(error.value)
    assert place_of(place) == address


@pytest.mark.slow
def test_workspaces_that_share_a_database_see_nothing_of_one_another(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = [tmp_path / "first", tmp_path / "second"]
    made = [
        Made(root, address=address, name=name) for root, name in zip(roots, ("pets", "birds"), strict=True)
    ]
    for each, run in zip(made, ("20240501-120000", "20240502-120000"), strict=True):
        each.run(run)
        each.run(f"{run}-002", cached=("ImageExampleGen",))
        roll_back(each.workspace, None)
    for own, other in (roots, roots[::-1]):
        show_runs(own, as_json=True)
        show_artifacts(own, None, as_json=True)
        text = capsys.readouterr().out
        assert str(own) in text and str(other) not in text
    show_artifacts(roots[0], None, as_json=True)
    first = {each["id"] for each in json.loads(capsys.readouterr().out)}
    show_artifacts(roots[1], None, as_json=True)
    second = {each["id"] for each in json.loads(capsys.readouterr().out)}
    assert len(first) == len(second) == 9 and not first & second
    show_lineage(str(min(first)), roots[0], as_json=True)
    with pytest.raises(InputError, match="there is no artifact"):
        show_lineage(str(min(first)), roots[1], as_json=True)


@pytest.mark.slow
def test_workspaces_of_one_name_or_one_run_do_not_share_a_database(address: str, tmp_path: Path) -> None:
    config = MetadataConfig(address=address)
    Made(tmp_path / "first", address=address).run("20240501-120000")
    first, second = Workspace(tmp_path / "first"), Workspace(tmp_path / "second")
    second.root.mkdir()
    bind(first, config, "pets")
    with pytest.raises(InputError, match="`pets` is the name of a pipeline of `.*/first`.*--set name=NAME"):
        bind(second, config, "pets")
    assert not has_run(second)
    bind(second, config, "birds")
    assert has_run(second)
    assert claim_run(first, "20240501-120000")
    assert not claim_run(second, "20240501-120000")
    assert claim_run(second, "20240502-120000")
