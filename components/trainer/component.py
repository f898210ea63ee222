"""Trainer: TFX's own, with our `run_fn`.

In: `features` (Augment's store), `transform_graph`, `schema`, and the best `hyperparameters` where Tuner
looked for them. Out: `model` (the SavedModel) and `model_run` (TensorBoard logs, what each phase reached).
"""

from tfx import types
from tfx.components import Trainer
from tfx.proto import trainer_pb2

from components import features as names
from components.backbone import choose_backbone
from components.backbone.cut import check_order
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import TrainerConfig


def build(
    features: types.Channel,
    transform_graph: types.Channel,
    schema: types.Channel,
    config: TrainerConfig,
    backbone: BackboneConfig,
    fingerprint: str,
    cut: str,
    seed: int,
    splits: str,
    checkpoints: str,
    hyperparameters: types.Channel | None = None,
) -> Trainer:
    """The node of this room.

    Args:
        features: Augment's store.
        transform_graph: Transform's.
        schema: what TFX's Trainer asks for beside it.
        config: the recipe.
        backbone: the trunk.
        fingerprint: what the trunk's answers follow from: other weights under the same name train anew.
        cut: where Augment cached its activations.
        seed: draws initial weights and order.
        splits: the way of splitting, which is noted beside the model.
        checkpoints: a folder of this node alone, for trainings that were killed.
        hyperparameters: what Tuner found, if it looked.

    Raises:
        InputError: a phase unfreezes less than the one before it, or no stage of the backbone.
    """
    check_order(choose_backbone(backbone), [phase.unfreeze for phase in config.phases])
    return Trainer(
        run_fn="components.trainer.run_fn.run_fn",
        examples=features,
        transform_graph=transform_graph,
        schema=schema,
        hyperparameters=hyperparameters,
        train_args=trainer_pb2.TrainArgs(splits=[names.TRAIN]),
        eval_args=trainer_pb2.EvalArgs(splits=[names.EVAL]),
        custom_config={
            "trainer": config.model_dump(mode="json"),
            "backbone": backbone.model_dump(mode="json"),
            "fingerprint": fingerprint,
            "cut": cut,
            "seed": seed,
            "splits": splits,
            "checkpoints": checkpoints,
        },
    )
