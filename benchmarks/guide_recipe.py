"""The recipe of Keras' guide "Transfer learning & fine-tuning", on our trunk and our splits.

    .venv/bin/python -m benchmarks.guide_recipe plain/ --seed 17

https://keras.io/guides/transfer_learning: pictures from class folders, resized by tf.data and cached; flips
and turns as layers of the model, the trunk called with `training=False`, average pooling, dropout 0.2, a
dense layer; Adam at 1e-3 with the trunk frozen, then Adam at 1e-5 on everything, in batches of 32. Changed:
the scaling is the trunk's own, a softmax takes the place of the single logit, cached pictures are shuffled.

With `training=False` the guide means to hold BatchNorm still while the trunk is fine-tuned. Keras 3 passes
the flag of `fit` through a functional model, so that the statistics move all the same;
`--freeze-batch-norm` does what the guide means.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.logistic import TRUNK, scores
from components import features
from components.backbone import get_backbone
from pipeline.runners.peak_memory import peak_rss_mib

_BATCH = 32


def datasets(folder: Path, size: int, seed: int) -> tuple[dict[str, tf.data.Dataset], list[str]]:
    """The splits as the guide reads them, and the names of the classes.

    Args:
        folder: `<split>/<class>/<picture>`.
        size: side of the square pictures, pixels.
        seed: of the order of training.

    Returns:
        By split: (images float32 [batch, size, size, 3] in 0..255, labels int32 [batch]).
    """
    read = {
        split: keras.utils.image_dataset_from_directory(
            folder / split, image_size=(size, size), batch_size=None, shuffle=False, verbose=False
        )
        for split in features.SPLITS
    }
    names = read[features.TRAIN].class_names
    kept = {split: pictures.cache() for split, pictures in read.items()}
    kept[features.TRAIN] = kept[features.TRAIN].shuffle(len(read[features.TRAIN]), seed=seed)
    return {split: pictures.batch(_BATCH).prefetch(10) for split, pictures in kept.items()}, names


def build(trunk: keras.Model, classes: int) -> keras.Model:
    """The guide's model: images float32 [batch, size, size, 3] in 0..255 -> logits [batch, classes]."""
    trunk.trainable = False
    inputs = keras.Input(trunk.input_shape[1:])
    x = keras.layers.RandomFlip("horizontal")(inputs)
    x = keras.layers.RandomRotation(0.1)(x)
    x = trunk(x, training=False)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))


def unfreeze(trunk: keras.Model, freeze_batch_norm: bool) -> None:
    """`trunk.trainable = True`, as the guide writes it, or without BatchNorm, as it means it."""
    trunk.trainable = True
    for layer in trunk.layers:
        if freeze_batch_norm and isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def judge(model: keras.Model, pictures: tf.data.Dataset) -> dict[str, float]:
    """Accuracy and macro F1, as scikit-learn counts them."""
    truth = np.concatenate([labels for _, labels in pictures.as_numpy_iterator()])
    answers = model.predict(pictures, verbose=0).argmax(axis=-1)
    return scores(truth, answers)


def follow(arguments: argparse.Namespace) -> dict[str, Any]:
    """The whole recipe: what it reached on test, and for each of its two rounds the seconds and eval."""
    keras.utils.set_random_seed(arguments.seed)
    backbone = get_backbone(TRUNK)
    splits, names = datasets(arguments.folder, backbone.size, arguments.seed)
    trunk = backbone.build_pretrained()
    model = build(trunk, len(names))
    rounds = {}
    for name, rate, epochs in (
        ("head", 1e-3, arguments.head_epochs),
        ("all", 1e-5, arguments.fine_tune_epochs),
    ):
        started = time.monotonic()
        if name == "all":
            unfreeze(trunk, arguments.freeze_batch_norm)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
        on_eval = splits[features.EVAL]
        history = model.fit(
            splits[features.TRAIN], validation_data=on_eval, epochs=epochs, verbose=arguments.verbose
        )
        accuracies = [round(value, 4) for value in history.history.get("val_accuracy", [])]
        rounds[name] = {"seconds": round(time.monotonic() - started, 3), "eval_accuracy": accuracies}
    return {**judge(model, splits[features.TEST]), "rounds": rounds}


def main() -> None:
    """Prints what was reached as one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--head-epochs", type=int, default=10)
    parser.add_argument("--fine-tune-epochs", type=int, default=5)
    parser.add_argument("--freeze-batch-norm", action="store_true")
    parser.add_argument("--verbose", type=int, default=0)
    result = follow(parser.parse_args())
    print(json.dumps({**result, "peak_rss_mib": round(peak_rss_mib(), 1)}))


if __name__ == "__main__":
    main()
