"""ML Metadata's records as plain values."""

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.inspection.metadata import open_metadata
from pipeline.workspace import Workspace
from tests.pipeline.inspection.made import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = Made(tmp_path / "ws")
    made.run("20240501-120000")
    made.run("20240502-120000", cached=("ImageExampleGen",))
    return made


def test_executions_have_node_run_and_state(made: Made) -> None:
    metadata = open_metadata(made.workspace)
    found = [(each.node, each.run, each.state) for each in metadata.of_run("20240502-120000")]
    assert found == [
        ("ImageExampleGen", "20240502-120000", "cached"),
        ("Trainer", "20240502-120000", "complete"),
        ("Evaluator", "20240502-120000", "complete"),
        ("Pusher", "20240502-120000", "complete"),
    ]
    assert len(metadata.executions) == 8
    assert metadata.executions[1].properties == {"data": '{"source": "class_folders", "path": "photos"}'}
    assert metadata.executions[1].started > 1.7e9 and metadata.executions[1].seconds >= 0


def test_producer_is_who_made_it_and_not_who_used_it_again(made: Made) -> None:
    metadata = open_metadata(made.workspace)
    (examples,) = (each for each in metadata.artifacts.values() if each.type == "Examples")
    producer = metadata.producer_of(examples.id)
    assert producer and (producer.run, producer.state) == ("20240501-120000", "complete")
    users = [(each.node, each.run) for each in metadata.users_of(examples.id)]
    runs = ("20240501-120000", "20240502-120000")
    assert users == [(node, run) for run in runs for node in ("Trainer", "Evaluator")]
    (model,) = (each for each, name in metadata.inputs_of(8) if name == "model")
    assert metadata.artifacts[model].type == "Model"


def test_folder_that_is_gone(made: Made) -> None:
    made.uri("Trainer.model").rmdir()
    metadata = open_metadata(made.workspace)
    assert [each.type for each in metadata.artifacts.values() if not each.is_there] == ["Model"]


@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_store_that_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "metadata.sqlite").write_bytes(content)
    with pytest.raises(InputError, match="metadata.sqlite` cannot be read: "):
        open_metadata(Workspace(tmp_path))


def test_node_of_an_ensembles_further_trunk(made: Made) -> None:
    made.rename("Trainer", "Trainer.other_trunk")
    nodes = [execution.node for execution in open_metadata(made.workspace).of_run("20240501-120000")]
    assert nodes == ["ImageExampleGen", "Trainer.other_trunk", "Evaluator", "Pusher"]


def test_nothing_has_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing has run in this workspace yet.*--workspace"):
        open_metadata(Workspace(tmp_path))
    assert not list(tmp_path.iterdir())


def test_store_is_not_written(made: Made) -> None:
    before = made.workspace.metadata.read_bytes()
    assert open_metadata(made.workspace).artifacts
    assert made.workspace.metadata.read_bytes() == before
