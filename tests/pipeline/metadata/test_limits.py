"""What PostgreSQL would spoil is refused, and all else comes back as it was."""

from typing import Any

import pytest
from ml_metadata.proto import metadata_store_pb2

from pipeline.errors import InputError
from pipeline.metadata.connecting import Store
from pipeline.metadata.limits import check_fits
from pipeline.metadata.store import connection_to

proto: Any = metadata_store_pb2  # its classes are made when it is imported
FITTING = "it's 100% [plain]; -- {}"
HOSTILE = ["\\d+", 'a "b"', "Bär", "a\nb"]
POSTGRESQL = "postgresql://graft@db.example:6543/pictures"


@pytest.mark.parametrize("text", HOSTILE)
def test_postgresql_takes_nothing_that_must_be_escaped(text: str) -> None:
    config = {"name": "pets", "seed": 17, "data": {"columns": ["a", {"own": text}], "path": None}}
    with pytest.raises(InputError, match=r"^`data.columns.1.own` is "):
        check_fits(config, POSTGRESQL)
    check_fits({**config, "data": {"path": FITTING}}, POSTGRESQL)
    check_fits(config, POSTGRESQL.replace("postgresql", "mysql"))
    check_fits(config, None)


@pytest.mark.slow
def test_what_fits_comes_back(address: str) -> None:
    store = Store(connection_to(address))
    kind = store.put_artifact_type(proto.ArtifactType(name="Any"))
    for text in (FITTING, *HOSTILE):
        artifact = proto.Artifact(type_id=kind, uri="there")
        artifact.custom_properties["text"].string_value = text
        try:
            check_fits({"text": text}, address)
        except InputError:
            assert address.startswith("postgresql") and text != FITTING
        else:
            (found,) = store.get_artifacts_by_id(store.put_artifacts([artifact]))
            assert found.custom_properties["text"].string_value == text
