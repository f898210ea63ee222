"""Servers that the tests of this folder share, started once; each test gets a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.settings.metadata import PASSWORD_VARIABLE
from pipeline.workspace import Workspace
from tests.pipeline.databases import PASSWORD, Server, database


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture(scope="package", params=["mysql", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with database(request.param) as found:
        yield found


@pytest.fixture
def address(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of an empty database, with its password where the pipeline looks for it."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    return server.new_address()
