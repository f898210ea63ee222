"""A tiny trunk that trains in no time, and stores of pictures that it can tell apart."""

from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
from keras import layers

from components.backbone.cut import HEAD, PIXELS, split_trunk
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, FeatureStore, open_store
from components.trainer.model import TransferModel, build_classifier
from pipeline.settings.trainer import PhaseConfig, TrainerConfig
from tests.components.stores import write_shards

SIZE, WIDTH, CLASSES = 8, 6, 3


@dataclass(frozen=True)
class TinyBackbone:
    """What Trainer looks at in a row of the table; each stage is a convolution and its BatchNorm."""

    name: str = "tiny"
    size: int = SIZE
    width: int = WIDTH
    trains: bool = True
    stages: tuple[str, ...] = field(default=("stem", "block_0", "block_1", "top"))

    def build_pretrained(self) -> keras.Model:
        """images float32 [batch, 8, 8, 3] -> feature map [batch, 4, 4, 6]; the same weights each time."""
        images = tensor = keras.Input((self.size, self.size, 3))
        tensor = layers.Rescaling(1 / 127, offset=-1)(tensor)
        for place, stage in enumerate(self.stages):
            start = keras.initializers.GlorotUniform(seed=place)
            strides = 2 if stage == "stem" else 1
            convolution = layers.Conv2D(
                *(self.width, 3, strides, "same"),
                use_bias=False,
                kernel_initializer=start,
                name=f"{stage}_conv",
            )
            tensor = layers.BatchNormalization(name=f"{stage}_norm")(convolution(tensor))
            tensor = layers.Activation("relu", name=stage)(tensor)
        return keras.Model(images, tensor, name=self.name)


def tiny_model(config: TrainerConfig, cut: str = "stem") -> TransferModel:
    """As a new process would make it."""
    keras.utils.set_random_seed(7)
    return build_classifier(TinyBackbone(), cut, CLASSES, config)  # type: ignore[arg-type]


def write_tiny_stores(root: Path, cut: str = "stem", pictures: int = 24) -> None:
    """Features and activations of noise around one colour a class: views of train, the plain one of eval."""
    trunk = TinyBackbone().build_pretrained()
    lower = split_trunk(trunk, cut)[0] if cut != PIXELS else None
    colours = 50 + 150 * np.eye(CLASSES)[:, None, None]
    for split, views, seed in (("train", 2, 2), ("eval", 1, 3)):
        labels = np.arange(pictures) % CLASSES
        noise = np.random.default_rng(seed).normal(0, 20, (pictures, views, SIZE, SIZE, 3))
        images = np.clip(colours[labels][:, None] + noise, 0, 255).reshape(-1, SIZE, SIZE, 3)
        cuts = {
            FEATURES_PREFIX: trunk(images).numpy().mean(axis=(1, 2)).astype(np.float16),
            ACTIVATIONS_PREFIX: lower(images).numpy().astype(np.float16)
            if lower
            else images.astype(np.uint8),
        }
        for prefix, arrays in cuts.items():
            shaped = arrays.reshape(pictures, views, *arrays.shape[1:])
            records = [(b"%03d" % place, int(label), shaped[place]) for place, label in enumerate(labels)]
            write_shards(root / f"Split-{split}", [records], prefix)


def tiny_stores(root: Path, phase: PhaseConfig) -> tuple[FeatureStore, FeatureStore]:
    """What `phase` trains from, and what it is judged on."""
    prefix = FEATURES_PREFIX if phase.unfreeze == HEAD else ACTIVATIONS_PREFIX
    train, evaluation = (open_store(str(root / f"Split-{split}"), prefix) for split in ("train", "eval"))
    return train, evaluation
