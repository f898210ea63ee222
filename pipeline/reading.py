"""Where every flow begins: labelled pictures, read, judged, and the graph that decodes them."""

from typing import NamedTuple

from tfx import types
from tfx.dsl.components.base.base_node import BaseNode

from components import statistics_gen, transform
from components.example_gen import component as example_gen
from components.example_validator import component as example_validator
from components.schema_gen import component as schema_gen
from pipeline.config import Config
from pipeline.history import History
from pipeline.workspace import Workspace


class ReadPictures(NamedTuple):
    """What is made of labelled pictures.

    Attributes:
        nodes: in their order.
        examples: of all splits.
        schema: of the examples.
        transform_graph: decodes and resizes a picture, and turns a class name into its index.
    """

    nodes: list[BaseNode]
    examples: types.Channel
    schema: types.Channel
    transform_graph: types.Channel


def read_pictures(config: Config, workspace: Workspace, history: History) -> ReadPictures:
    """The nodes from the source to the graph that is served.

    Args:
        config: of the run.
        workspace: where artifacts go.
        history: finds what earlier runs made.

    Raises:
        InputError: the config names a backbone that does not exist.
    """
    # Reads labelled pictures, sets bad ones aside, splits into train, eval and test.
    ledger = str(workspace.artifacts / "ImageExampleGen" / "ledger")
    example_node = example_gen.build(config.data, ledger)
    examples = example_node.outputs["examples"]

    # Summarises everything but the pictures' bytes, for each split.
    statistics_node = statistics_gen.build(examples, config.evaluator.columns())
    statistics = statistics_node.outputs["statistics"]

    # Infers types, shapes and domains from the train split, or takes those that were reviewed.
    schema_node = schema_gen.build(statistics, config.schema_gen, config.evaluator.columns())
    schema = schema_node.outputs["schema"]

    # Finds what the data looked like at the last run.
    reference_node = history.latest_statistics(statistics)

    # Holds every split against the schema, train and the last run; a reviewed schema can stop the run.
    previous, is_reviewed = reference_node.outputs["previous"], config.schema_gen.file is not None
    validator_node = example_validator.build(
        statistics, schema, previous, config.example_validator, is_reviewed=is_reviewed
    )

    # Keeps what the next run's data is held against, where nothing else does.
    keeper_node = history.keep(statistics, validator_node.outputs["anomalies"])

    # Makes the deterministic graph that is served: decode, resize, class name to index.
    transform_node = transform.build(examples, schema, config.backbone)
    transform_node.add_upstream_node(validator_node)  # nothing is made of data that was refused

    nodes = [
        *(example_node, statistics_node, schema_node, reference_node, validator_node, keeper_node),
        transform_node,
    ]
    transform_graph = transform_node.outputs["transform_graph"]
    return ReadPictures([node for node in nodes if node], examples, schema, transform_graph)
