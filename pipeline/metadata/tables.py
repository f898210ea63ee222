"""ML Metadata's tables by SQL, with the same values whichever database they are in.

ML Metadata's own client gives every row a new id, and artifact folders are named by ids: so a store that
moves is read and written by SQL. The three databases hold the same tables and columns; what differs is here.

Synopsis:
    with connected(connection) as tables:
        for row in tables.rows("Artifact"): ...
"""

import base64
import hashlib
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pg8000.dbapi
import pymysql

NAMES = (
    *("Type", "TypeProperty", "ParentType"),
    *("Artifact", "ArtifactProperty", "Execution", "ExecutionProperty", "Context", "ContextProperty"),
    *("ParentContext", "Event", "EventPath", "Association", "Attribution"),
)
"""All but `MLMDEnv`, which holds the schema's version."""
ERRORS = (pymysql.MySQLError, pg8000.dbapi.Error, sqlite3.Error, OSError)
"""What the databases raise."""

_WITH_ID = ("Type", "Artifact", "Execution", "Context", "Event", "Association", "Attribution")
_BYTES = ("byte_value", "proto_value")
_TRUTHS = ("is_custom_property", "is_index_step", "bool_value")
_TIMEOUT_SECONDS = 10
_BATCH = 500
_LOCK = int.from_bytes(b"graft")
# Refused, shutting down, too many connections; gone, lost. And the same of PostgreSQL, in its own codes.
_AWAY = {"1040", "1053", "2002", "2003", "2006", "2013", "53300", "57P01", "57P02", "57P03"}

Row = tuple[Any, ...]
Change = Callable[[str, Any], Any]
"""A value of a column, as it is everywhere, as the database has it, and the other way round."""


@dataclass(frozen=True)
class _Dialect:
    mark: str
    quote: str
    present: str
    to_database: Change
    from_database: Change


class Tables:
    """The tables of one database, in one transaction."""

    def __init__(self, link: Any, dialect: _Dialect) -> None:
        self._link, self._dialect = link, dialect

    def present(self) -> set[str]:
        """The names of all tables that are there, in small letters."""
        return {str(name).lower() for (name,) in self._ask(self._dialect.present)}

    def version(self) -> int:
        """Of ML Metadata's schema."""
        ((number,),) = self._ask(f"SELECT schema_version FROM {self._named('MLMDEnv')}")
        return int(number)

    def columns(self, name: str) -> list[str]:
        """Of a table; they are called the same everywhere."""
        with closing(self._link.cursor()) as cursor:
            cursor.execute(f"SELECT * FROM {self._named(name)} WHERE 1 = 0")
            return [str(each[0]) for each in cursor.description]

    def rows(self, name: str, columns: Sequence[str] | None = None) -> Iterator[Row]:
        """The rows of a table, one by one, in no order."""
        chosen = columns or self.columns(name)
        change = self._dialect.from_database
        for row in self._ask(f"SELECT {', '.join(map(self._named, chosen))} FROM {self._named(name)}"):
            yield tuple(change(column, value) for column, value in zip(chosen, row, strict=True))

    def replace(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Puts these rows in the place of those that are there, ids included."""
        change, named = self._dialect.to_database, self._named(name)
        marks = ", ".join([self._dialect.mark] * len(columns))
        insert = f"INSERT INTO {named} ({', '.join(map(self._named, columns))}) VALUES "
        is_postgresql = isinstance(self._link, pg8000.dbapi.Connection)
        with closing(self._link.cursor()) as cursor:
            cursor.execute(f"DELETE FROM {named}")
            changed = (tuple(map(change, columns, row)) for row in rows)
            while batch := list(itertools.islice(changed, _BATCH)):
                if is_postgresql:  # its driver would send them one by one
                    groups = ", ".join([f"({marks})"] * len(batch))
                    cursor.execute(insert + groups, [*itertools.chain(*batch)])
                else:
                    cursor.executemany(f"{insert}({marks})", batch)
            if is_postgresql and name in _WITH_ID:
                # A sequence does not see ids that it did not give; MySQL's counter does.
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name.lower()}', 'id'), max(id)) FROM {named} "
                    "HAVING max(id) IS NOT NULL"
                )

    def digest(self, name: str, columns: Sequence[str]) -> tuple[int, str]:
        """How many rows a table has, and what they are, whatever their order."""
        each = sorted(hashlib.sha256(repr(row).encode()).digest() for row in self.rows(name, columns))
        return len(each), hashlib.sha256(b"".join(each)).hexdigest()

    def lock(self) -> None:
        """Of PostgreSQL; until the transaction ends."""
        list(self._ask(f"SELECT 1 FROM pg_advisory_xact_lock({_LOCK})"))

    def commit(self) -> None:
        """Makes all of it so; what was not committed is undone."""
        self._link.commit()

    def _ask(self, query: str) -> Iterator[Row]:
        with closing(self._link.cursor()) as cursor:
            cursor.execute(query)
            while batch := cursor.fetchmany(_BATCH):
                yield from map(tuple, batch)

    def _named(self, name: str) -> str:
        """PostgreSQL has the names in small letters."""
        is_small = isinstance(self._link, pg8000.dbapi.Connection)
        return f"{self._dialect.quote}{name.lower() if is_small else name}{self._dialect.quote}"


@contextmanager
def connected(connection: Any) -> Iterator[Tables]:
    """The tables of ML Metadata's `ConnectionConfig`; what is not committed at the end is undone.

    Raises:
        One of `ERRORS`: the database does not answer, or does not let the user in.
    """
    if connection.HasField("sqlite"):
        # Writable, since a killed process may have left a journal to undo.
        link: Any = sqlite3.connect(f"file:{quote(connection.sqlite.filename_uri)}?mode=rw", uri=True)
        dialect = _SQLITE
    elif connection.HasField("mysql"):
        link, dialect = _mysql(connection.mysql), _MYSQL
    else:
        told = connection.postgresql
        link = pg8000.dbapi.connect(
            told.user,
            password=told.password,
            host=told.host,
            port=int(told.port),
            database=told.dbname,
            timeout=_TIMEOUT_SECONDS,
        )
        dialect = _POSTGRESQL
    with closing(link):
        yield Tables(link, dialect)


@contextmanager
def alone(connection: Any) -> Iterator[None]:
    """Waits for all others that ask for this in the same PostgreSQL; the lock ends with the connection."""
    with connected(connection) as tables:
        tables.lock()
        yield


def is_away(error: BaseException) -> bool:
    """Whether the server itself is not there, and may come back; not so where it lets nobody in."""
    told = error.args[0] if error.args else None
    code = told.get("C") if isinstance(told, dict) else told
    return isinstance(error, OSError | pg8000.dbapi.InterfaceError) or str(code) in _AWAY


def explain(error: BaseException) -> str:
    """What a database says, without the codes around it."""
    told = error.args[-1] if error.args else type(error).__name__
    return str(told.get("M") if isinstance(told, dict) else told).rstrip(".")


def _mysql(told: Any) -> Any:
    link = pymysql.connect(
        host=told.host,
        port=told.port,
        user=told.user,
        password=told.password,
        database=told.database,
        charset="latin1",
        connect_timeout=_TIMEOUT_SECONDS,
    )
    # Not Windows' variant, in which some bytes are no letters.
    link.encoding = "latin-1"
    return link


# --------------------------------------------------------------------------------------------------
# What differs
# --------------------------------------------------------------------------------------------------


def _as_it_is(column: str, value: Any) -> Any:
    return value


def _sqlite_value(column: str, value: Any) -> Any:
    """ML Metadata writes bytes as base64, as text."""
    return base64.b64decode(value) if column in _BYTES and value is not None else value


def _to_mysql(column: str, value: Any) -> Any:
    """As ML Metadata's client does: the bytes of UTF-8, sent as if they were Latin letters."""
    if column in _BYTES and value is not None:
        return base64.b64encode(value)
    return value.encode().decode("latin-1") if isinstance(value, str) else value


def _from_mysql(column: str, value: Any) -> Any:
    if column in _BYTES and value is not None:
        return base64.b64decode(value)
    return value.encode("latin-1").decode() if isinstance(value, str) else value


def _to_postgresql(column: str, value: Any) -> Any:
    return bool(value) if column in _TRUTHS and value is not None else value


def _from_postgresql(column: str, value: Any) -> Any:
    return int(value) if column in _TRUTHS and value is not None else value


_SQLITE = _Dialect("?", '"', "SELECT name FROM sqlite_master WHERE type = 'table'", _as_it_is, _sqlite_value)
_HERE = "SELECT table_name FROM information_schema.tables WHERE table_schema = "
_MYSQL = _Dialect("%s", "`", f"{_HERE}database()", _to_mysql, _from_mysql)
_POSTGRESQL = _Dialect("%s", '"', f"{_HERE}current_schema()", _to_postgresql, _from_postgresql)
