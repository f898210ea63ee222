"""The flow where `task` is `reinforcement`: not a classifier by labels, but a policy by reward."""

import os

from tfx import types
from tfx.dsl.components.base.base_node import BaseNode

from components import pusher
from components.augment import component as augment
from components.backbone import choose_backbone
from components.backbone.cut import cut_for
from components.backbone.pushed import is_pushed
from components.evaluator.returns import component as evaluator
from components.trainer.policy import component as trainer
from pipeline.config import Config
from pipeline.history import History
from pipeline.reading import ReadPictures, read_pictures
from pipeline.settings.environment import DECISION, EnvironmentConfig, is_of_pictures
from pipeline.workspace import Workspace


def policy_nodes(config: Config, workspace: Workspace, history: History) -> list[BaseNode]:
    """The nodes, in their order.

    Args:
        config: of the run.
        workspace: where artifacts and pushed models go.
        history: finds what earlier runs made.

    Raises:
        InputError: the config names a backbone or a stage that does not exist, or weights that cannot be
            read.
    """
    # Reads labelled pictures, judges them, and makes the graph that decodes them: where it acts on such.
    pictures = read_pictures(config, workspace, history) if is_of_pictures(config.environment) else None
    examples = pictures.examples if pictures else None

    # Draws random views of the train split and runs the frozen trunk over them: where it sees them whole.
    is_decision = config.environment.id == DECISION
    augment_node = _augment(config, workspace, pictures) if pictures and is_decision else None

    # Acts and learns from what comes of it: the new head first, then the trunk from the top down.
    seen = augment_node.outputs["features"] if augment_node else examples
    trainer_node = _trainer(config, workspace, seen, pictures)
    model = trainer_node.outputs["model"]

    # Finds the model that the new one must not fall behind.
    baseline_node = history.latest_blessed_model(model)

    # Plays the exported policy on what it never learnt from, and blesses it by what it earns, or not.
    baseline = baseline_node.outputs["model"]
    evaluator_node = evaluator.build(model, baseline, config.evaluator, environment_of(config), examples)

    # Puts a blessed policy where servers look for new versions, in other formats too, where asked.
    blessing, served = evaluator_node.outputs["blessing"], str(workspace.serving(config.name))
    pusher_node = pusher.build(model, blessing, served, examples, config.pusher)

    nodes = [
        *(pictures.nodes if pictures else ()),
        *(augment_node, trainer_node, baseline_node, evaluator_node, pusher_node),
    ]
    return [node for node in nodes if node]


def environment_of(config: Config) -> EnvironmentConfig:
    """The environment, with the classifier that the policy goes on from where none is named."""
    environment, model = config.environment, config.backbone.model
    classifier = environment.classifier
    if classifier is None and model is not None and is_pushed(model):
        classifier = model
    if classifier is None:
        return environment
    return environment.model_copy(update={"classifier": os.path.expanduser(classifier)})


def _augment(config: Config, workspace: Workspace, pictures: ReadPictures) -> BaseNode:
    return augment.build(
        pictures.examples,
        pictures.transform_graph,
        config.augment,
        config.backbone,
        choose_backbone(config.backbone).fingerprint(),
        _cut(config),
        config.seed,
        test_time_views=(),
        cache=str(workspace.artifacts / "Augment" / "cache"),
    ).with_id("Augment")


def _trainer(
    config: Config, workspace: Workspace, seen: types.Channel | None, pictures: ReadPictures | None
) -> BaseNode:
    node = trainer.build(
        # What a policy is held against is no part of what it learns from.
        *(config.policy, config.environment.model_copy(update={"classifier": None}), config.backbone),
        fingerprint=choose_backbone(config.backbone).fingerprint(),
        cut=_cut(config),
        seed=config.seed,
        splits=config.data.way_of_splitting,
        checkpoints=str(workspace.artifacts / "Trainer" / "checkpoints"),
        examples=seen,
        transform_graph=pictures.transform_graph if pictures else None,
        schema=pictures.schema if pictures else None,
    )
    return node.with_id("Trainer")


def _cut(config: Config) -> str:
    backbone = choose_backbone(config.backbone)
    return cut_for(backbone, [phase.unfreeze for phase in config.policy.phases])
