"""A small network as Trainer exports it, with views, and pixels to ask it about."""

from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import keras
import numpy as np
from keras import layers

from components.exports.pixel_model import PixelModel
from components.temperature import Calibration
from components.trainer.export import export
from pipeline.settings.trainer import TestTimeView
from tests.components.trainer.stand_in import Transform

SIZE, LABELS = 16, ["cat", "dog", "hen"]
VIEWS = get_args(TestTimeView)
"""All that there are: an interpreter has crashed at one of them."""
PIXELS = np.random.default_rng(5).uniform(0, 255, (40, SIZE, SIZE, 3)).astype(np.float32)


def save_network(folder: Path) -> PixelModel:
    """Answers depend on where things lie in a picture, so a view left out would be seen."""
    keras.utils.set_random_seed(3)
    images = keras.Input((SIZE, SIZE, 3))
    first = layers.Conv2D(64, 3, padding="same")(layers.Rescaling(1 / 128, offset=-1)(images))
    second = layers.Conv2D(64, 3, strides=2)(layers.ReLU(6.0)(layers.BatchNormalization()(first)))
    feature_map = layers.ReLU(6.0, name="stem")(second)
    far_apart = keras.initializers.RandomNormal(stddev=3, seed=3)
    head = keras.Sequential([layers.Dense(3, kernel_initializer=far_apart)], name="head")
    logits = head(layers.GlobalAveragePooling2D(name="pooled")(feature_map))
    model = SimpleNamespace(
        whole=keras.Model(images, logits, name="whole"),
        trunk=keras.Model(images, feature_map, name="trunk"),
        backbone=SimpleNamespace(name="small", trains=False, size=SIZE, width=64, stages=("stem",)),
    )
    calibration = Calibration(1.7, 0, 0, 0, 0)
    export(model, Transform(SIZE), LABELS, calibration, VIEWS, str(folder))  # type: ignore[arg-type]
    return PixelModel(str(folder))
