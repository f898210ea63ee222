"""TFX's own handle, with a store that waits and a reason where it does not come."""

import threading
from pathlib import Path

import pytest
from tfx.orchestration import metadata

from pipeline.errors import DatabaseAwayError, InputError
from pipeline.metadata.store import connection_to
from pipeline.runners.patient_metadata import PatientMetadata
from pipeline.settings.metadata import PASSWORD_VARIABLE
from tests.pipeline.databases import PASSWORD, database

pytestmark = pytest.mark.slow


def test_it_is_what_tfx_expects(tmp_path: Path) -> None:
    handle = PatientMetadata(metadata.sqlite_metadata_connection_config(str(tmp_path / "m.sqlite")))
    assert isinstance(handle, metadata.Metadata)
    with handle as entered, handle as again:
        assert entered is again is handle
        assert handle.store.get_artifact_types() == []
    with pytest.raises(RuntimeError, match="not in enter state"):
        _ = handle.store
    (tmp_path / "m.sqlite").write_text("no database" * 1000)
    with pytest.raises(InputError, match="cannot be read"), handle:
        pass


def test_a_database_that_comes_back_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with database("mysql") as server:
        connection = connection_to(server.address)
        server.stop()
        with pytest.raises(DatabaseAwayError, match="has not answered for 1 seconds"):
            with PatientMetadata(connection, patience_seconds=1):
                pass
        later = threading.Timer(2, server.start)
        later.start()
        with PatientMetadata(connection, patience_seconds=60) as handle:
            assert handle.store.get_artifact_types() == []
        later.join()
