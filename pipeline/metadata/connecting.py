"""Opens ML Metadata's store: waits for a database that is away, and says why where it cannot be opened.

ML Metadata's client for MySQL has no words for a failed connection, so the database is asked once more by
its own driver. In the middle of a run a server may restart: what was read is asked again on a new connection,
what was written is not, since it may have got there; but for types, of which there is one of a name.
"""

import contextlib
import itertools
import logging
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from ml_metadata import errors
from ml_metadata.metadata_store.metadata_store import MetadataStore

from pipeline.errors import DatabaseAwayError, InputError
from pipeline.settings.metadata import PASSWORD_VARIABLE

_FIRST_PAUSE, _LONGEST_PAUSE, _TRIES = 0.25, 5.0, 10
_LOST = ("Lost connection", "gone away", "server closed the connection", "terminating connection")
_TYPES = ("PutArtifactType", "PutExecutionType", "PutContextType", "PutTypes")
_REFUSALS = {
    "damaged": "`{place}` cannot be read: {reason}. It may be damaged.",
    "away": "the database `{place}` does not answer: {reason}. Is it up, and the address right?",
    "closed": "the database `{place}` lets nobody in: {reason}. Is the user right, and the password in "
    f"{PASSWORD_VARIABLE}?",
    "unfit": "ML Metadata cannot work with the database `{place}`: {reason}.",
}


class Store(MetadataStore):
    """ML Metadata's store, which waits for its database."""

    def __init__(self, connection: Any, patience_seconds: float = 0) -> None:
        """
        Args:
            connection: ML Metadata's `ConnectionConfig`.
            patience_seconds: how long to wait for a database that is away; 0 asks once.

        Raises:
            InputError: the file or the database cannot be opened; or it is away, and was asked once.
            DatabaseAwayError: it did not come back in time.
        """
        self._connection, self._patience_seconds = connection, patience_seconds
        self._open()

    def _open(self) -> None:
        deadline, pause = time.monotonic() + self._patience_seconds, _FIRST_PAUSE
        for attempt in itertools.count():
            try:
                with _silent():
                    super().__init__(self._connection)
                self._is_lost = False
                return
            except (errors.StatusError, RuntimeError) as error:
                failure = error
            state, reason = _why(self._connection, failure)
            if state == "unfit" and attempt < _TRIES:
                # Of several that meet in an empty database, ML Metadata lets one make the tables.
                time.sleep(random.uniform(0, _FIRST_PAUSE))
                continue
            if state != "away" or not self._patience_seconds:
                place = place_of(self._connection)
                raise InputError(_REFUSALS[state].format(place=place, reason=reason)) from failure
            if time.monotonic() + pause > deadline:
                raise DatabaseAwayError(
                    f"the database `{place_of(self._connection)}` has not answered for "
                    f"{self._patience_seconds:g} seconds: {reason}. The finished nodes are kept: once it is "
                    "up, the same command goes on from there."
                ) from failure
            logging.warning("the database does not answer: %s. Next try in %g seconds", reason, pause)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _call_method(self, method_name: str, request: Any, response: Any) -> None:
        """Every question and every change goes through here."""
        if self._is_lost:
            self._open()
        try:
            with self._alone(method_name):
                super()._call_method(method_name, request, response)
        except errors.InternalError as error:
            if not any(words in str(error) for words in _LOST):
                raise
            self._is_lost = True
            if not method_name.startswith("Get") and method_name not in _TYPES:
                raise DatabaseAwayError(
                    f"the database `{place_of(self._connection)}` went away while something was written. "
                    "The finished nodes are kept: once it is up, the same command goes on from there."
                ) from error
            logging.warning("the connection to the database was lost, and is made anew")
            self._open()
            super()._call_method(method_name, request, response)

    def _alone(self, method_name: str) -> contextlib.AbstractContextManager[None]:
        """In PostgreSQL, two that write a type of the same name at once would make two types."""
        if not self._connection.HasField("postgresql") or method_name not in _TYPES:
            return contextlib.nullcontext()
        from pipeline.metadata import tables

        return tables.alone(self._connection)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Without what the clients print: lines about every connection, and hints beside the error itself."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def place_of(connection: Any) -> str:
    """The file or the database of a `ConnectionConfig`, for messages."""
    if connection.HasField("sqlite"):
        return str(connection.sqlite.filename_uri)
    if connection.HasField("mysql"):
        told, scheme, database = connection.mysql, "mysql", connection.mysql.database
    else:
        told, scheme, database = connection.postgresql, "postgresql", connection.postgresql.dbname
    return f"{scheme}://{told.user}@{told.host}:{told.port}/{database}"


def _why(connection: Any, failure: Exception) -> tuple[str, str]:
    """What is wrong, one of `_REFUSALS`, and the reason: the driver's, or ML Metadata's own."""
    own = " ".join(str(failure).split()).rstrip(".")
    if connection.HasField("sqlite"):
        return "damaged", own
    from pipeline.metadata import tables  # its drivers, which nobody else needs

    try:
        with tables.connected(connection):
            return "unfit", own
    except tables.ERRORS as error:
        return "away" if tables.is_away(error) else "closed", tables.explain(error)
