"""A model that trains in no time, and its keeper."""

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np

from components.feature_store import FeatureStore
from components.trainer.averaging import Averager
from components.trainer.keeper import Keeper
from components.trainer.trained_model import TrainedModel
from pipeline.settings.trainer import PhaseConfig
from tests.components.stores import records_of, write_shards

EPOCHS = 6


def tiny_model(classes: int = 3) -> keras.Model:
    """As a new process would make it."""
    keras.utils.set_random_seed(5)
    layers = [keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(classes)]
    model = TrainedModel.of(keras.Sequential(layers))
    model.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(0.0, 20, warmup_target=0.1, warmup_steps=4)
        ),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    model.optimizer.build(model.trainable_variables)
    return model


def small_store(folder: Path) -> FeatureStore:
    return FeatureStore(write_shards(folder, [records_of([0, 1, 2, 1] * 5, views=3, width=4)]))


def phase_of(patience: int) -> PhaseConfig:
    return PhaseConfig(name="head", epochs=EPOCHS, head_rate=0.02, patience=patience)


def new_keeper(
    path: Path, patience: int, model: keras.Model, averaging: Any = "none", pictures: float = math.inf
) -> Keeper:
    return Keeper(path, phase_of(patience), Averager(averaging, model, EPOCHS), pictures)


def are_equal(one: keras.Model, other: keras.Model) -> bool:
    pairs = zip(
        (*one.variables, *one.optimizer.variables),
        (*other.variables, *other.optimizer.variables),
        strict=True,
    )
    return all(np.array_equal(np.array(left), np.array(right)) for left, right in pairs)
