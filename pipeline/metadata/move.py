"""Brings a workspace's ML Metadata from sqlite into a database, whole or not at all.

ML Metadata makes the tables; the rows go over by SQL, with their ids, in one transaction, and are read
again before it ends. Only then the workspace is told. Killed before, it is still on sqlite, and the
database is empty; killed between the end of the transaction and that note, the same command finds its
own rows, and goes on.

Synopsis:
    moved = move(Workspace(Path("workspace")), "mysql://graft@db.example:3306/graft")
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import InputError
from pipeline.metadata.connecting import Store
from pipeline.metadata.limits import check_fits
from pipeline.metadata.store import address_of, connection_to, has_run, remember, sqlite_of
from pipeline.metadata.tables import ERRORS, NAMES, Tables, connected, explain
from pipeline.workspace import Workspace

_OWN_TYPES = "mlmd."
"""So begin the names of the types that ML Metadata itself puts into an empty database."""
_TABLES = {*(name.lower() for name in NAMES), "mlmdenv"}

State = dict[str, tuple[int, str]]
"""Of each table, how many rows there are, and their digest."""


@dataclass(frozen=True)
class Moved:
    """What was done.

    Attributes:
        artifacts, executions: how many there are.
        kept: the sqlite file, under a name that nothing reads.
    """

    artifacts: int
    executions: int
    kept: Path


def move(workspace: Workspace, address: str) -> Moved:
    """Moves.

    Args:
        workspace: whose metadata are in sqlite; its root is an absolute path.
        address: of an empty database, as `settings.metadata.checked_address` returns it.

    Raises:
        InputError: there is nothing to move, a run is at work, or the database cannot be opened, is not
            empty, has another version's tables or does not take everything. Nothing has changed then.
    """
    own = address_of(workspace)
    if own and (own != address or not workspace.metadata.exists()):
        raise InputError(f"workspace `{workspace.root}` keeps its metadata in `{own}` already.")
    if not has_run(workspace):
        raise InputError(
            f"there is nothing to move: nothing has run in workspace `{workspace.root}`. A first run goes "
            f"there with --set metadata.address={address}"
        )
    with workspace.locked():
        source = sqlite_of(workspace, is_read_only=False)
        if own is None:
            _check(workspace, address)
            _copy(source, connection_to(address), address)
            remember(workspace, address)
        with connected(source) as tables:
            artifacts, executions = (sum(1 for _ in tables.rows(name)) for name in ("Artifact", "Execution"))
        kept = workspace.metadata.with_name("metadata.sqlite.moved")
        os.replace(workspace.metadata, kept)
    return Moved(artifacts, executions, kept)


def _check(workspace: Workspace, address: str) -> None:
    """Raises InputError if the last config would not fit, or the database is something else's."""
    configs = sorted(workspace.runs.glob("*/config.yaml"))[-1:]
    settings = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in configs]
    check_fits({"--workspace": str(workspace.root), **(settings[0] if settings else {})}, address)
    try:
        with connected(connection_to(address)) as tables:
            others = sorted(tables.present() - _TABLES)
    except ERRORS:
        return  # ML Metadata makes a database that is not there, or says why it cannot
    if others:
        raise InputError(
            f"`{address}` holds other tables: {', '.join(others[:3])}, ... Name an empty database."
        )


def _copy(source: Any, target: Any, address: str) -> None:
    Store(target)  # makes the tables
    try:
        with connected(source) as old, connected(target) as new:
            if old.version() != new.version():
                raise InputError(
                    f"the sqlite file has tables of ML Metadata's schema {old.version()}, `{address}` of "
                    f"schema {new.version()}. Nothing was moved: name an empty database."
                )
            columns = {name: old.columns(name) for name in NAMES}
            expected = _state(old, columns)
            if _state(new, columns) == expected:
                return  # an earlier move, which was killed before the workspace was told
            _check_empty(new, address)
            for name in NAMES:
                new.replace(name, columns[name], old.rows(name, columns[name]))
            if _state(new, columns) != expected:
                raise InputError(
                    f"`{address}` gives other rows back than were put in. Nothing was moved. Is it a MySQL "
                    "that cuts off what is too long (an SQL mode that is not strict)?"
                )
            new.commit()
    except ERRORS as error:
        raise InputError(
            f"`{address}` does not take everything: {explain(error)}. Nothing was moved."
        ) from error


def _state(tables: Tables, columns: dict[str, list[str]]) -> State:
    return {name: tables.digest(name, columns[name]) for name in NAMES}


def _check_empty(tables: Tables, address: str) -> None:
    for name in NAMES:
        chosen = ["name"] if name == "Type" else None
        rows = tables.rows(name, chosen)
        if any(name != "Type" or not str(row[0]).startswith(_OWN_TYPES) for row in rows):
            raise InputError(
                f"`{address}` is not empty: it holds metadata of other runs, and ids must stay, since "
                "folders are named by them. Nothing was moved: name an empty database."
            )
