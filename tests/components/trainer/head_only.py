"""A model of a head alone, quick to train, and what TFX would hand to `run_fn`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras

from components.trainer.model import LayerGroup
from pipeline.settings.trainer import PhaseConfig
from tests.components.stores import records_of, write_shards

PHASE = PhaseConfig(name="head", epochs=5, head_rate=0.05, batch_size=4)
SEED = 21


class HeadOnly:
    """A model of a head alone, quick to train."""

    backbone = None

    def __init__(self, *_: Any) -> None:
        features = keras.Input((4,))
        logits = keras.layers.Dense(3, name="logits")(keras.layers.Dropout(0.5)(features))
        self.head = self.whole = keras.Model(features, logits, name="head")

    def trained_by(self, unfreeze: str) -> keras.Model:
        return self.head

    def freeze_all_but(self, unfreeze: str) -> None:
        pass

    def penalise(self, penalty: float) -> None:
        self.penalty = penalty

    def trunk_layers(self) -> list[keras.Layer]:
        return []

    def layer_groups(self, unfreeze: str, head_rate: float, *_: float) -> list[LayerGroup]:
        variables = tuple(self.head.trainable_variables)
        return [LayerGroup("head", variables, variables, head_rate)]


def fn_args_of(root: Path, **custom_config: Any) -> Any:
    return SimpleNamespace(
        custom_config={
            "checkpoints": str(root / "checkpoints"),
            "seed": SEED,
            "splits": "a-way",
            **custom_config,
        },
        train_files=[str(root / "Split-train" / "*")],
        eval_files=[str(root / "Split-eval" / "*")],
        hyperparameters=None,
        model_run_dir=str(root / "logs"),
    )


def write_stores(root: Path) -> None:
    """Twenty records to train on, six to choose on, in three classes."""
    write_shards(root / "Split-train", [records_of([0, 1, 2, 1] * 5, views=3, width=4)])
    write_shards(root / "Split-eval", [records_of([0, 1, 2] * 2, views=1, width=4, seed=2)])
