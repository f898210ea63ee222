"""Where every flow begins: the same nodes, in their order, however what follows goes on."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.history import MetadataHistory
from pipeline.reading import read_pictures
from pipeline.workspace import Workspace


def _config(**sections: Any) -> Config:
    return Config.model_validate({"data": {"source": "solar_cells"}, **sections})


def _read(root: Path, config: Config) -> Any:
    return read_pictures(config, Workspace(root), MetadataHistory())


@pytest.mark.parametrize("task", ["classification", "reinforcement"])
def test_each_node_takes_what_the_ones_before_it_made(tmp_path: Path, task: str) -> None:
    pictures = _read(tmp_path, _config(task=task))
    nodes = {node.id: node for node in pictures.nodes}
    assert list(nodes) == [
        "ImageExampleGen",
        "StatisticsGen",
        "SchemaGen",
        "LatestStatistics",
        "ExampleValidator",
        "Transform",
    ]
    assert pictures.examples is nodes["ImageExampleGen"].outputs["examples"]
    assert pictures.schema is nodes["SchemaGen"].outputs["schema"]
    assert pictures.transform_graph is nodes["Transform"].outputs["transform_graph"]
    assert nodes["Transform"].inputs["examples"] is pictures.examples
    assert (
        nodes["ExampleValidator"].inputs["previous_statistics"]
        is nodes["LatestStatistics"].outputs["previous"]
    )


def test_nothing_is_made_of_data_that_was_refused(tmp_path: Path) -> None:
    nodes = {node.id: node for node in _read(tmp_path, _config()).nodes}
    assert nodes["ExampleValidator"] in nodes["Transform"].upstream_nodes


def test_backbone_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="resnet5000"):
        _read(tmp_path, _config(backbone={"name": "resnet5000"}))
