"""Trainer: TFX's own, with our `run_fn`.

In: `features` (Augment's store), `transform_graph`, `schema`. Out: `model` (the SavedModel) and
`model_run` (TensorBoard logs, what each phase reached).
"""

from tfx import types
from tfx.components import Trainer
from tfx.proto import trainer_pb2

from components import features as names
from components.backbone import Backbone
from components.backbone.cut import check_order
from pipeline.config import TrainerConfig


def build(
    features: types.Channel,
    transform_graph: types.Channel,
    schema: types.Channel,
    config: TrainerConfig,
    backbone: Backbone,
    cut: str,
    seed: int,
    checkpoints: str,
) -> Trainer:
    """The node of this room.

    Raises:
        InputError: a phase unfreezes less than the one before it.
    """
    check_order(backbone, [phase.unfreeze for phase in config.phases])
    return Trainer(
        run_fn="components.trainer.run_fn.run_fn",
        examples=features,
        transform_graph=transform_graph,
        schema=schema,
        train_args=trainer_pb2.TrainArgs(splits=[names.TRAIN]),
        eval_args=trainer_pb2.EvalArgs(splits=[names.EVAL]),
        custom_config={
            "trainer": config.model_dump_json(),
            "backbone": backbone.name,
            "cut": cut,
            "seed": seed,
            "checkpoints": checkpoints,
        },
    )
