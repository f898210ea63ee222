"""Where ML Metadata is kept: in the workspace's sqlite, or in a team's MySQL or PostgreSQL.

The database's address, with its password, comes from the environment. The workspace remembers it without
the password: with another one, all of its artifacts would look like leftovers.

Synopsis:
    connection = connection_of(Workspace(Path("workspace")))
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from pipeline.errors import InputError
from pipeline.whole_file import write_whole
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from ml_metadata.metadata_store.metadata_store import MetadataStore

VARIABLE = "GRAFT_METADATA"
"""`mysql://user:password@host:port/database`, or the same with `postgresql`; unset: sqlite."""
_PORTS = {"mysql": 3306, "postgresql": 5432}


def connection_of(workspace: Workspace, is_read_only: bool = True) -> Any:
    """ML Metadata's description of the workspace's store.

    Args:
        workspace: whose.
        is_read_only: of sqlite; a database has rights of its own.

    Returns:
        A `ConnectionConfig`.

    Raises:
        InputError: the variable is no address, or that of another store than the workspace's.
    """
    from ml_metadata.proto import metadata_store_pb2

    proto: Any = metadata_store_pb2  # its classes are made when it is imported
    connection = proto.ConnectionConfig()
    address = _checked(workspace)
    if address is None:
        modes = proto.SqliteMetadataSourceConfig
        connection.sqlite.filename_uri = str(workspace.metadata)
        connection.sqlite.connection_mode = modes.READONLY if is_read_only else modes.READWRITE_OPENCREATE
        return connection
    common = {"host": address.hostname, "user": unquote(address.username or "")}
    common |= {"password": unquote(address.password)} if address.password else {}
    port, database = address.port or _PORTS[address.scheme], unquote(address.path[1:])
    if address.scheme == "mysql":
        connection.mysql.CopyFrom(proto.MySQLDatabaseConfig(**common, port=port, database=database))
    else:
        connection.postgresql.CopyFrom(
            proto.PostgreSQLDatabaseConfig(**common, port=str(port), dbname=database)
        )
    return connection


def open_store(workspace: Workspace, is_read_only: bool = True) -> "MetadataStore":
    """The store itself.

    Raises:
        InputError: as `connection_of`; the store cannot be read.
    """
    from ml_metadata import errors
    from ml_metadata.metadata_store.metadata_store import MetadataStore

    connection = connection_of(workspace, is_read_only)
    try:
        store = MetadataStore(connection)
        store.get_artifact_types()  # an empty file opens, and fails on the first question
    except (errors.StatusError, RuntimeError) as error:
        if connection.HasField("sqlite"):
            reason = f"`{workspace.metadata}` cannot be read: {error}. It may be damaged."
        else:
            reason = f"the database in {VARIABLE} does not answer: {error}. Is it up, and the password right?"
        raise InputError(reason) from error
    return store


def bind(workspace: Workspace, name: str) -> None:
    """Notes in the workspace which database keeps its metadata; asked before each run.

    Args:
        workspace: of the run.
        name: of the pipeline. In a database that several workspaces share, it says whose runs are whose.

    Raises:
        InputError: as `connection_of`; the database does not answer; the name is another workspace's.
    """
    address = _checked(workspace)
    if address is None:
        return
    store = open_store(workspace, is_read_only=False)
    owner = _elsewhere(store, name, workspace)
    if owner:
        raise InputError(
            f"`{name}` is the name of a pipeline whose artifacts lie elsewhere, as `{owner}`, and whose runs "
            f"are in the same database, `{_without_password(address)}`. Give this one another name: "
            "--set name=NAME."
        )
    if not _note(workspace).exists():
        write_whole(_note(workspace), f"{_without_password(address)}\n")


def _elsewhere(store: "MetadataStore", name: str, workspace: Workspace) -> str | None:
    """Where another workspace's pipeline of this name has put something, if there is one."""
    from ml_metadata.metadata_store.metadata_store import ListOptions

    context = store.get_context_by_type_and_name("pipeline", name)
    found = store.get_artifacts_by_context(context.id, ListOptions(limit=1)) if context else []
    return next((each.uri for each in found if not Path(each.uri).is_relative_to(workspace.artifacts)), None)


def check_fits(config: Mapping[str, Any]) -> None:
    """Refuses what would break off a run in the middle.

    ML Metadata's client for PostgreSQL spoils the statement wherever a string has to be escaped.

    Args:
        config: as plain values, sections within sections.

    Raises:
        InputError: a value that PostgreSQL would not take.
    """
    address = _address()
    if address is None or address.scheme != "postgresql":
        return
    for key, value in _strings(config):
        if "\\" in json.dumps(value):
            raise InputError(
                f"`{key}` is {value!r}. ML Metadata cannot write backslashes, quotation marks or letters "
                "beyond ASCII into PostgreSQL: write it otherwise, as `[0-9]` for `\\d`, or let "
                f"{VARIABLE} name a MySQL."
            )


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string in it, with its place, such as `data.path_pattern`."""
    if isinstance(value, str):
        yield key, value
    members = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in members:
        yield from _strings(member, f"{key}.{name}" if key else str(name))


def has_run(workspace: Workspace) -> bool:
    """Whether any run has begun in the workspace."""
    return workspace.metadata.exists() or _note(workspace).exists()


def place_of(workspace: Workspace) -> str:
    """The store, for messages: the sqlite file, or the database without its password."""
    note = _note(workspace)
    return note.read_text(encoding="utf-8").strip() if note.exists() else str(workspace.metadata)


def _note(workspace: Workspace) -> Path:
    return workspace.root / "metadata.address"


def _checked(workspace: Workspace) -> SplitResult | None:
    """The address in the environment, which must be the workspace's own."""
    address = _address()
    asked = None if address is None else _without_password(address)
    if has_run(workspace):
        own = place_of(workspace) if _note(workspace).exists() else None
        if asked != own:
            where = f"set {VARIABLE} to that address, with its password" if own else f"unset {VARIABLE}"
            raise InputError(
                f"workspace `{workspace.root}` keeps its metadata in `{place_of(workspace)}`, not in "
                f"`{asked or workspace.metadata}`: {where}, or choose another workspace with --workspace DIR."
            )
    return address


def _address() -> SplitResult | None:
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    try:
        address = urlsplit(text)
        is_whole = bool(address.hostname and address.username and len(address.path) > 1 and address.port != 0)
        is_whole = is_whole and not (address.query or address.fragment)  # which would be passed over
    except ValueError:  # brackets, or a port that is no number
        is_whole = False
    if not is_whole or address.scheme not in _PORTS or "/" in address.path[1:]:
        # The text may hold a password, and so is not repeated.
        raise InputError(
            f"{VARIABLE} must be mysql://USER:PASSWORD@HOST:PORT/DATABASE or the same with postgresql; odd "
            "characters of a password are written as %XX."
        )
    return address


def _without_password(address: SplitResult) -> str:
    port = address.port or _PORTS[address.scheme]
    return f"{address.scheme}://{address.username}@{address.hostname}:{port}{address.path}"
