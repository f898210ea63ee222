"""The pipeline, in the order of its flow. Runners under `pipeline/runners/` share this definition."""

from typing import Any

from tfx import types
from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration import pipeline as tfx_pipeline

from components import pusher
from components.augment import component as augment
from components.backbone import choose_backbone
from components.ensemble import component as ensemble
from components.ensemble.trunks import trunks_of
from components.evaluator import component as evaluator
from components.label_check import component as label_check
from components.trainer import component as trainer
from components.tuner import component as tuner
from components.tuner.cut import cut_of
from pipeline.beam.flags import beam_args
from pipeline.config import Config
from pipeline.history import History, MetadataHistory
from pipeline.nodes import node_of
from pipeline.reading import ReadPictures, read_pictures
from pipeline.settings.backbone import BackboneConfig
from pipeline.workspace import Workspace


def create_pipeline(
    config: Config,
    workspace: Workspace,
    metadata: Any = None,
    history: History = MetadataHistory(),  # noqa: B008
) -> tfx_pipeline.Pipeline:
    """Wires the nodes.

    Args:
        config: of the run.
        workspace: where artifacts and pushed models go.
        metadata: ML Metadata's connection; `None` where the orchestrator brings its own.
        history: finds what earlier runs made.

    Raises:
        InputError: the config names a backbone or a stage that does not exist, or weights that cannot be
            read.
    """
    if config.task == "reinforcement":
        from pipeline.policy_flow import policy_nodes  # Gymnasium, which no classifier needs

        nodes = policy_nodes(config, workspace, history)
    else:
        nodes = _classifier_nodes(config, workspace, history)
    return _assemble(nodes, config, workspace, metadata)


def _classifier_nodes(config: Config, workspace: Workspace, history: History) -> list[BaseNode]:
    # Reads labelled pictures, judges them, and makes the graph that decodes them.
    pictures = read_pictures(config, workspace, history)
    examples, schema = pictures.examples, pictures.schema

    # Trains on what frozen trunks make of augmented pictures: Augment, Tuner, Trainer, Ensemble.
    training_nodes, features, model = _train(config, workspace, pictures)

    # Finds the model that the new one must not fall behind.
    baseline_node = history.latest_blessed_model(model)

    # Judges the exported model on the test split, slice by slice, and blesses it or not.
    evaluator_node = evaluator.build(
        examples, model, baseline_node.outputs["model"], schema, config.evaluator
    )

    # Puts a blessed model where servers look for new versions, in other formats too, where asked.
    blessing, served = evaluator_node.outputs["blessing"], str(workspace.serving(config.name))
    pusher_node = pusher.build(model, blessing, served, examples, config.pusher)

    # Ranks the labels that are likely wrong, in all splits; nothing learns from it.
    label_check_node = label_check.build(
        examples,
        features,
        model,
        evaluator_node.outputs["evaluation"],
        config.label_check,
        config.data.columns.group,
    )
    if label_check_node:
        label_check_node.add_upstream_node(pusher_node)  # a good model need not wait for it

    nodes = [
        *pictures.nodes,
        *training_nodes,
        *(baseline_node, evaluator_node, pusher_node, label_check_node),
    ]
    return [node for node in nodes if node]


def _train(
    config: Config, workspace: Workspace, pictures: ReadPictures
) -> tuple[list[BaseNode], types.Channel, types.Channel]:
    """The nodes from the pictures to the model; the first trunk's features, and the model.

    Augment and Trainer are there once for each trunk: for the one, unless an ensemble is asked for.
    """
    _, examples, schema, transform_graph = pictures
    recipe, names = config.recipe(), ("", *config.ensemble.backbones)
    trunks = [_trunk(each, config) for each in trunks_of(config.backbone, config.ensemble.backbones)]

    # Draws random views of the train split and runs the frozen trunk over them, once.
    cache = str(workspace.artifacts / "Augment" / "cache")
    augment_nodes = [
        augment.build(
            examples, transform_graph, config.augment, *trunk, config.test_time_views(), cache
        ).with_id(node_of("Augment", name))
        for trunk, name in zip(trunks, names, strict=True)
    ]
    features = [node.outputs["features"] for node in augment_nodes]

    # Looks for a better recipe on the first trunk's cached features, where that is asked for.
    tuner_node = tuner.build(features[0], transform_graph, config.tuner, recipe, *trunks[0])

    # Trains the new head on cached features, then the trunk from the top down.
    found = tuner_node.outputs["best_hyperparameters"] if tuner_node else None
    trainer_nodes = []
    for each, trunk, name in zip(features, trunks, names, strict=True):
        node_id = node_of("Trainer", name)
        checkpoints = str(workspace.artifacts / node_id / "checkpoints")
        splits = config.data.way_of_splitting
        node = trainer.build(each, transform_graph, schema, recipe, *trunk, splits, checkpoints, found)
        trainer_nodes.append(node.with_id(node_id))

    # Joins the models of several trunks to one that answers with their mean.
    models = [node.outputs["model"] for node in trainer_nodes]
    ensemble_node = ensemble.build(models, examples, recipe)
    model = ensemble_node.outputs["model"] if ensemble_node else models[0]

    nodes = [*augment_nodes, tuner_node, *trainer_nodes, ensemble_node]
    return [node for node in nodes if node], features[0], model


def _trunk(config: BackboneConfig, whole: Config) -> tuple[BackboneConfig, str, str, int]:
    """What Augment, Tuner and Trainer ask: the trunk, what its answers follow from, its cut, and the seed."""
    backbone = choose_backbone(config)
    return config, backbone.fingerprint(), cut_of(backbone, whole.recipe(), whole.tuner), whole.seed


def _assemble(nodes: list[Any], config: Config, workspace: Workspace, metadata: Any) -> tfx_pipeline.Pipeline:
    return tfx_pipeline.Pipeline(
        pipeline_name=config.name,
        pipeline_root=str(workspace.artifacts),
        components=nodes,
        metadata_connection_config=metadata,
        beam_pipeline_args=beam_args(config.beam.flags),
        enable_cache=True,
    )
