"""Lineage: back to the pictures, forward to what was pushed."""

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.inspection.lineage import Step, lineage_of
from pipeline.inspection.metadata import Metadata, open_metadata
from tests.pipeline.inspection.made import Made


@pytest.fixture
def metadata(tmp_path: Path) -> Metadata:
    made = Made(tmp_path / "ws")
    made.run("20240501-120000")
    made.run("20240502-120000", cached=("ImageExampleGen",))
    return open_metadata(made.workspace)


def told(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    return [(step.execution.node, step.execution.run[6:8]) for step in steps]


def test_from_a_pushed_model_back_to_the_pictures(metadata: Metadata) -> None:
    (pushed,) = (each for each in metadata.outputs_of(8))
    lineage = lineage_of(metadata, str(pushed[0]))
    assert told(lineage.back) == [("Pusher", "02"), ("Trainer", "02"), ("ImageExampleGen", "01")]
    assert lineage.forward == ()
    assert [name for _, name in lineage.back[-1].outputs] == ["examples", "quarantine"]


def test_a_version_will_do(metadata: Metadata) -> None:
    by_version = lineage_of(metadata, "1700000008")
    assert by_version.artifact.type == "PushedModel"
    assert by_version == lineage_of(metadata, "serving/pets/1700000008/")


def test_forward_to_all_that_came_of_it(metadata: Metadata) -> None:
    (examples,) = (each for each in metadata.artifacts.values() if each.type == "Examples")
    lineage = lineage_of(metadata, str(examples.id))
    assert told(lineage.back) == [("ImageExampleGen", "01")]
    assert set(told(lineage.forward)) == {
        (node, day) for node in ("Trainer", "Evaluator", "Pusher") for day in ("01", "02")
    }
    assert len(lineage.forward) == 6


@pytest.mark.parametrize("name", ["99", "0", "model", "", "-1", "1700000999"])
def test_no_such_artifact(metadata: Metadata, name: str) -> None:
    with pytest.raises(InputError, match=f"no artifact and no pushed version `{name}`"):
        lineage_of(metadata, name)
