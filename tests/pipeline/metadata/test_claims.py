"""One owner for each name, however many begin at once."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from ml_metadata.proto import metadata_store_pb2

from pipeline.metadata.claims import PIPELINE, RUN, claim, own_executions, own_runs
from pipeline.metadata.connecting import Store
from pipeline.metadata.store import connection_to
from pipeline.workspace import Workspace

proto: Any = metadata_store_pb2  # its classes are made when it is imported
pytestmark = pytest.mark.slow


def _claim_all(address: str, root: str, start: Any, won: Any) -> None:
    start.wait()
    store = Store(connection_to(address))
    for number in range(10):
        if claim(store, PIPELINE, f"pets-{number}", Workspace(Path(root))) is None:
            won.put(number)
    won.put(None)


def test_of_several_at_once_in_an_empty_database_one_owns_a_name(address: str) -> None:
    context = multiprocessing.get_context("fork")
    start, won = context.Event(), context.Queue()
    processes = [
        context.Process(target=_claim_all, args=(address, f"/w{number}", start, won)) for number in range(3)
    ]
    for process in processes:
        process.start()
    start.set()
    owned, ended = [], 0
    while ended < len(processes):
        found = won.get(timeout=60)
        owned, ended = ([*owned, found], ended) if found is not None else (owned, ended + 1)
    for process in processes:
        process.join()
    assert sorted(owned) == list(range(10))
    types = [each.name for each in Store(connection_to(address)).get_context_types()]
    assert len(types) == len(set(types)), "a type of the same name twice is two types to ML Metadata"


def test_a_name_stays_its_owners(address: str, tmp_path: Path) -> None:
    store = Store(connection_to(address))
    mine, other = Workspace(tmp_path / "mine"), Workspace(tmp_path / "other")
    for kind in (PIPELINE, RUN):
        assert claim(store, kind, "pets", mine) is None
        assert claim(store, kind, "pets", mine) is None
        assert claim(store, kind, "pets", other) == str(mine.root)
    assert len(own_runs(store, mine)) == 1 and own_runs(store, other) == []
    assert own_executions(store, mine) == set()


def test_names_that_came_from_a_sqlite_are_taken_by_the_workspace_that_has_their_files(
    address: str, tmp_path: Path
) -> None:
    store = Store(connection_to(address))
    mine, other = Workspace(tmp_path / "mine"), Workspace(tmp_path / "other")
    (mine.runs / "20240501-120000").mkdir(parents=True)
    kinds = {kind: store.put_context_type(proto.ContextType(name=kind)) for kind in (PIPELINE, RUN)}
    run, pets = store.put_contexts(
        [
            proto.Context(type_id=kinds[RUN], name="20240501-120000"),
            proto.Context(type_id=kinds[PIPELINE], name="pets"),
        ]
    )
    kind = store.put_artifact_type(proto.ArtifactType(name="Model"))
    (model,) = store.put_artifacts([proto.Artifact(type_id=kind, uri=f"{mine.artifacts}/Trainer/model/1")])
    store.put_attributions_and_associations([proto.Attribution(context_id=pets, artifact_id=model)], [])
    assert own_runs(store, mine) == [run] and own_runs(store, other) == []
    for what, name in ((PIPELINE, "pets"), (RUN, "20240501-120000")):
        assert claim(store, what, name, other) == "another workspace"
        assert claim(store, what, name, mine) is None
        assert claim(store, what, name, other) == str(mine.root)
