"""The `metadata` section: where ML Metadata is kept. Its password comes from the environment alone."""

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, field_validator

from pipeline.settings.section import Section

PASSWORD_VARIABLE = "GRAFT_METADATA_PASSWORD"
"""Of the environment: the password of the address's user, as it is; unset: none."""
PORTS = {"mysql": 3306, "postgresql": 5432}
"""The databases there are, each with the port that it has where an address names none."""


def checked_address(text: str) -> str:
    """An address of a database with its port, so that two of the same database are equal.

    Args:
        text: `mysql://user@host:port/database`, or the same with `postgresql`.

    Raises:
        ValueError: it is none, or holds a password; the message does not repeat it.
    """
    try:
        address = urlsplit(text)
        is_whole = bool(address.hostname and address.username and len(address.path) > 1 and address.port != 0)
        is_whole = is_whole and not (address.query or address.fragment)  # which would be passed over
    except ValueError:  # brackets, or a port that is no number
        is_whole = False
    if not is_whole or address.scheme not in PORTS or "/" in address.path[1:]:
        raise ValueError(
            "must be mysql://USER@HOST:PORT/DATABASE, for MariaDB as well, or the same with postgresql. "
            "What was received may hold a password, and is not repeated. Received: another text"
        )
    if address.password is not None:
        raise ValueError(
            f"must hold no password, since configs are written into runs and files: set {PASSWORD_VARIABLE}. "
            f"Received: {_text(address, ':***')}"
        )
    return _text(address)


def _text(address: SplitResult, password: str = "") -> str:
    host = f"[{address.hostname}]" if ":" in (address.hostname or "") else address.hostname
    port = address.port or PORTS[address.scheme]
    return f"{address.scheme}://{address.username}{password}@{host}:{port}{address.path}"


class MetadataConfig(Section):
    """Of runs, inspections and whatever else asks ML Metadata; no result follows from it."""

    address: str | None = None
    """`mysql://user@host:3306/database`, for MariaDB as well, or the same with `postgresql`, of a workspace
    that has none yet. Left out, it is what the workspace has, which for a new one is sqlite."""
    patience_seconds: Annotated[int, Field(ge=0, le=86_400)] = 120
    """How long a run waits for a database that it knows and that does not answer. A server restarts in
    seconds; one that is moved takes a minute or two."""

    @field_validator("address")
    @classmethod
    def _address(cls, text: str | None) -> str | None:
        return None if text is None else checked_address(text)
