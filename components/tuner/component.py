"""Tuner: TFX's own, with our `tuner_fn`.

In: `features` (Augment's store), `transform_graph`. Out: `best_hyperparameters`, which Trainer takes, and
`tuner_results`, the table of all trials. Test is not touched.
"""

from tfx import types
from tfx.components import Tuner
from tfx.proto import trainer_pb2

from components import features as names
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.trainer import TrainerConfig
from pipeline.settings.tuner import TunerConfig


def build(
    features: types.Channel,
    transform_graph: types.Channel,
    config: TunerConfig,
    trainer: TrainerConfig,
    backbone: BackboneConfig,
    fingerprint: str,
    cut: str,
    seed: int,
) -> Tuner | None:
    """The node of this room; none where there is nothing to try.

    Args:
        features: Augment's store.
        transform_graph: Transform's.
        config: of the search.
        trainer: the recipe that it starts from.
        backbone: the trunk.
        fingerprint: what the trunk's answers follow from: other weights under the same name search anew.
        cut: where Augment cached its activations.
        seed: draws trials, initial weights and order.
    """
    if not config.trials:
        return None
    return Tuner(
        tuner_fn="components.tuner.tuner_fn.tuner_fn",
        examples=features,
        transform_graph=transform_graph,
        train_args=trainer_pb2.TrainArgs(splits=[names.TRAIN]),
        eval_args=trainer_pb2.EvalArgs(splits=[names.EVAL]),
        custom_config={
            "tuner": config.model_dump(mode="json"),
            "trainer": trainer.model_dump(mode="json"),
            "backbone": backbone.model_dump(mode="json"),
            "fingerprint": fingerprint,
            "cut": cut,
            "seed": seed,
        },
    )
