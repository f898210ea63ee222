"""Where ML Metadata is kept: in the workspace's sqlite, or in a team's MySQL, MariaDB or PostgreSQL.

The config names the database, without a password; the workspace remembers it, so that commands which read no
config find it, and nothing runs on another store: there, all of the artifacts would look like leftovers.

Synopsis:
    store = open_store(Workspace(Path("workspace")))
"""

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pipeline.errors import InputError
from pipeline.settings.metadata import PASSWORD_VARIABLE, MetadataConfig
from pipeline.whole_file import write_whole
from pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.metadata.connecting import Store


def address_of(workspace: Workspace) -> str | None:
    """The database that the workspace remembers; `None`: its metadata are in sqlite, or nothing has run."""
    note = workspace.metadata_address
    return note.read_text(encoding="utf-8").strip() if note.exists() else None


def place_of(workspace: Workspace) -> str:
    """The store, for messages: the database, or the sqlite file."""
    return address_of(workspace) or str(workspace.metadata)


def has_run(workspace: Workspace) -> bool:
    """Whether any run has begun in the workspace."""
    return workspace.metadata.exists() or workspace.metadata_address.exists()


def connection_of(workspace: Workspace, is_read_only: bool = True) -> Any:
    """ML Metadata's description of the workspace's store.

    Args:
        workspace: whose.
        is_read_only: of sqlite; a database has rights of its own.

    Returns:
        A `ConnectionConfig`.
    """
    address = address_of(workspace)
    if address is not None:
        return connection_to(address)
    return sqlite_of(workspace, is_read_only)


def sqlite_of(workspace: Workspace, is_read_only: bool = True) -> Any:
    """The same, of the workspace's sqlite file."""
    proto = _proto()
    connection = proto.ConnectionConfig()
    modes = proto.SqliteMetadataSourceConfig
    connection.sqlite.filename_uri = str(workspace.metadata)
    connection.sqlite.connection_mode = modes.READONLY if is_read_only else modes.READWRITE_OPENCREATE
    return connection


def connection_to(address: str) -> Any:
    """ML Metadata's description of a database, with the password from the environment.

    Args:
        address: as `settings.metadata.checked_address` returns it.
    """
    proto, told = _proto(), urlsplit(address)
    common = {"host": told.hostname, "user": unquote(told.username or "")}
    common |= {"password": os.environ[PASSWORD_VARIABLE]} if os.environ.get(PASSWORD_VARIABLE) else {}
    database = unquote(told.path[1:])
    if told.scheme == "mysql":
        mysql = proto.MySQLDatabaseConfig(**common, port=told.port, database=database)
        return proto.ConnectionConfig(mysql=mysql)
    postgresql = proto.PostgreSQLDatabaseConfig(**common, port=str(told.port), dbname=database)
    return proto.ConnectionConfig(postgresql=postgresql)


def open_store(workspace: Workspace, is_read_only: bool = True) -> "Store":
    """The store itself.

    Raises:
        InputError: it cannot be read; what is wrong, and how to mend it.
    """
    from ml_metadata import errors

    from pipeline.metadata.connecting import Store

    store = Store(connection_of(workspace, is_read_only))
    try:
        store.get_artifact_types()  # an empty file opens, and fails on the first question
    except errors.StatusError as error:
        raise InputError(f"`{place_of(workspace)}` cannot be read: {error}. It may be damaged.") from error
    return store


def bind(workspace: Workspace, config: MetadataConfig, name: str) -> None:
    """Asked before each run: settles where the metadata are, and notes it in the workspace.

    Args:
        workspace: of the run; its root is an absolute path.
        config: of the run.
        name: of the pipeline. In a database that several workspaces share, it says whose runs are whose.

    Raises:
        InputError: the config names another store than the workspace's; the database cannot be opened; the
            name is another workspace's.
        DatabaseAwayError: a database that was there before is not there.
    """
    own = address_of(workspace)
    if config.address and has_run(workspace) and config.address != own:
        move = "" if own else f", move them: metadata move --to {config.address}"
        raise InputError(
            f"workspace `{workspace.root}` keeps its metadata in `{place_of(workspace)}`, not in "
            f"`{config.address}`: leave `metadata.address` out{move}, or choose another workspace with "
            "--workspace DIR."
        )
    address = own or config.address
    if address is None:
        return
    from pipeline.metadata.claims import PIPELINE, claim
    from pipeline.metadata.connecting import Store

    # One that was never there is a mistake, and told at once.
    store = Store(connection_to(address), config.patience_seconds if own else 0)
    owner = claim(store, PIPELINE, name, workspace)
    if owner:
        raise InputError(
            f"`{name}` is the name of a pipeline of `{owner}`, whose metadata are in the same database, "
            f"`{address}`. Give this one another name: --set name=NAME."
        )
    remember(workspace, address)


def claim_run(workspace: Workspace, run_id: str) -> bool:
    """Makes a run's id the workspace's own; asked before the run's folder is made.

    Returns:
        Whether it is: not where another workspace has it, in the same database.
    """
    address = address_of(workspace)
    if address is None:
        return True
    from pipeline.metadata.claims import RUN, claim

    return claim(open_store(workspace, is_read_only=False), RUN, run_id, workspace) is None


def remember(workspace: Workspace, address: str) -> None:
    """Notes in the workspace which database keeps its metadata, from now on."""
    if address_of(workspace) != address:
        write_whole(workspace.metadata_address, f"{address}\n")


def _proto() -> Any:
    """Its classes are made when it is imported, a tenth of a second."""
    from ml_metadata.proto import metadata_store_pb2

    return metadata_store_pb2
