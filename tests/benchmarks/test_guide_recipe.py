"""The recipe is what the guide says: what is frozen when, and what its pictures go through."""

from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from benchmarks.guide_recipe import build, datasets, judge, unfreeze
from components import features

SIZE = 32


def small_trunk() -> keras.Model:
    """A convolution and a BatchNorm; images float32 [batch, 32, 32, 3] -> [batch, 16, 16, 4]."""
    inputs = keras.Input((SIZE, SIZE, 3))
    x = keras.layers.Conv2D(4, 3, 2, padding="same", name="convolution")(inputs)
    return keras.Model(inputs, keras.layers.BatchNormalization(name="norm", momentum=0.5)(x))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Dark cats and bright dogs."""
    draws = np.random.default_rng(5)
    for split, count in zip(features.SPLITS, (20, 4, 6), strict=True):
        for label, level in (("cat", 60), ("dog", 190)):
            where = tmp_path / split / label
            where.mkdir(parents=True)
            for number in range(count):
                pixels = draws.normal(level, 20, (40, 40, 3)).clip(0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(where / f"{number}.png")
    return tmp_path


def test_pictures_are_resized_labelled_and_trained_on_in_another_order_each_time(folder: Path) -> None:
    splits, names = datasets(folder, SIZE, seed=1)
    assert names == ["cat", "dog"]
    images, labels = next(iter(splits[features.TEST]))
    assert images.shape == (12, SIZE, SIZE, 3)
    assert labels.numpy().tolist() == [0] * 6 + [1] * 6
    assert images[:6].numpy().mean() == pytest.approx(60, abs=3)
    orders = [
        np.concatenate([labels for _, labels in splits[features.TRAIN].as_numpy_iterator()]) for _ in range(2)
    ]
    assert orders[0].sum() == orders[1].sum() == 20
    assert orders[0].tolist() != orders[1].tolist()


def test_first_the_head_alone_then_everything(folder: Path) -> None:
    trunk = small_trunk()
    model = build(trunk, classes=2)
    assert [weight.shape for weight in model.trainable_weights] == [(4, 2), (2,)]
    unfreeze(trunk, freeze_batch_norm=False)
    assert len(model.trainable_weights) == 2 + 2 + 2


@pytest.mark.parametrize("freeze", [False, True])
def test_statistics_move_as_written_and_stay_as_meant(folder: Path, freeze: bool) -> None:
    # If this fails for `False`, Keras keeps the guide's promise again, and one version of it is enough.
    splits, _ = datasets(folder, SIZE, seed=1)
    trunk = small_trunk()
    model = build(trunk, classes=2)
    unfreeze(trunk, freeze)
    before = trunk.get_layer("norm").moving_mean.numpy()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(splits[features.TRAIN], epochs=1, verbose=0)
    assert np.array_equal(trunk.get_layer("norm").moving_mean.numpy(), before) == freeze


def test_judged_as_scikit_learn_does(folder: Path) -> None:
    splits, _ = datasets(folder, SIZE, seed=1)
    inputs = keras.Input((SIZE, SIZE, 3))
    mean = keras.layers.GlobalAveragePooling2D()(inputs)
    bright = keras.layers.Lambda(lambda x: keras.ops.stack([0 * x[:, 0] + 125, x[:, 0]], axis=1))(mean)
    assert judge(keras.Model(inputs, bright), splits[features.TEST]) == {"accuracy": 1.0, "macro_f1": 1.0}
    never = keras.layers.Lambda(lambda x: keras.ops.stack([0 * x[:, 0] + 999, x[:, 0]], axis=1))(mean)
    scores = judge(keras.Model(inputs, never), splits[features.TEST])
    assert scores == {"accuracy": 0.5, "macro_f1": pytest.approx(1 / 3, abs=1e-6)}
