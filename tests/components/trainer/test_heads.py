"""Heads: what they compute, and that none of them starts with an opinion."""

from typing import Any

import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from components.trainer.heads import CosineLogits, RootNormalise, build_head
from pipeline.settings.trainer import TrainerConfig

KINDS = ["linear", "root", "mlp", "cosine"]


def _head(kind: Any, classes: int = 4, **settings: Any) -> keras.Sequential:
    keras.utils.set_random_seed(3)
    return build_head(TrainerConfig(head=kind, **settings), width=64, classes=classes)


def _features(pictures: int = 16) -> np.ndarray:
    return np.abs(np.random.default_rng(1).normal(size=(pictures, 64))).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_fresh_head_has_no_opinion(kind: str) -> None:
    probabilities = keras.ops.softmax(_head(kind)(_features())).numpy()
    assert probabilities.shape == (16, 4)
    np.testing.assert_allclose(probabilities, 0.25, rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_head_learns_what_a_line_can_tell(kind: str) -> None:
    head, features = _head(kind, classes=2, hidden=16), _features(64)
    is_right = features[:, 0] > features[:, 1]
    labels = np.eye(2, dtype=np.float32)[is_right.astype(int)]
    head.compile(keras.optimizers.Adam(0.03), keras.losses.CategoricalCrossentropy(from_logits=True))
    steps = (150, 1)
    head.fit(np.tile(features, steps), np.tile(labels, steps), batch_size=64, shuffle=False, verbose=0)
    assert np.mean(head(features).numpy().argmax(axis=1) == is_right) > 0.9


@pytest.mark.parametrize(
    ("kind", "weights"),
    [
        ("linear", {"logits/kernel": (64, 4), "logits/bias": (4,)}),
        (
            "mlp",
            {
                "hidden/kernel": (64, 8),
                "hidden/bias": (8,),
                "logits/kernel": (8, 4),
                "logits/bias": (4,),
            },
        ),
        ("cosine", {"logits/kernel": (64, 4), "logits/scale": ()}),
    ],
)
def test_weights_of_each_head(kind: str, weights: dict[str, tuple[int, ...]]) -> None:
    found = {weight.path: tuple(weight.shape) for weight in _head(kind, hidden=8).weights}
    assert found == {f"head/{name}": shape for name, shape in weights.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_acts_in_training_alone(kind: str) -> None:
    head = _head(kind, dropout=0.5)
    head.set_weights([weight + 0.1 for weight in head.get_weights()])
    features = _features()
    np.testing.assert_array_equal(head(features), head(features))
    assert not np.array_equal(head(features, training=True), head(features))


@pytest.mark.parametrize("kind", KINDS)
def test_head_is_float32_whatever_the_policy(kind: str) -> None:
    head = _head(kind)
    assert head(_features().astype(np.float16)).dtype == "float32"


def test_cosine_logits_are_cosines_times_a_scale() -> None:
    layer, features = CosineLogits(3), _features()
    layer.build(features.shape)
    directions = np.random.default_rng(2).normal(size=(64, 3)).astype(np.float32)
    layer.kernel.assign(directions)
    expected = features @ directions
    expected /= np.linalg.norm(features, axis=1)[:, None] * np.linalg.norm(directions, axis=0)
    np.testing.assert_allclose(layer(features), 10 * expected, atol=1e-5)
    layer.scale.assign(2.0)
    np.testing.assert_allclose(layer(7 * features), 2 * expected, atol=1e-5)


def test_cosine_logits_of_nothing_are_no_nan() -> None:
    assert np.isfinite(CosineLogits(3)(np.zeros((2, 64), np.float32)).numpy()).all()


@pytest.mark.parametrize("kind", KINDS)
def test_head_can_be_copied(kind: str) -> None:
    head = _head(kind)
    twin = keras.Sequential.from_config(head.get_config())
    twin.set_weights(head.get_weights())
    np.testing.assert_array_equal(twin(_features()), head(_features()))


def test_root_normalise_by_hand() -> None:
    features = np.array([[4.0, 0.0, -1.0, 0.0], [400.0, 0.0, -100.0, 0.0]], np.float32)
    roots = RootNormalise()(features).numpy()
    np.testing.assert_allclose(np.mean(roots**2, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(roots[0], np.array([2, 0, -1, 0]) / np.sqrt(5) * 2, atol=0.03)
    # Whatever the picture's brightness is: the same directions.
    np.testing.assert_allclose(roots[0], roots[1], atol=0.03)


def test_root_normalise_lets_gradients_through_at_zero() -> None:
    import tensorflow as tf

    features = tf.Variable([[0.0, 4.0, 0.0]])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(RootNormalise()(features))
    assert np.isfinite(tape.gradient(total, features).numpy()).all()


@pytest.mark.parametrize(("classes", "strength"), [(2, 1.0), (3, 0.5)])
def test_penalised_head_ends_where_scikit_learns_regression_does(classes: int, strength: float) -> None:
    features = _features(30)
    labels = np.random.default_rng(2).integers(classes, size=30)
    head = _head("linear", classes=classes, dropout=0)
    logits = head.get_layer("logits")
    logits.penalty = 2 / len(labels)
    head.compile(keras.optimizers.Adam(0.03), keras.losses.CategoricalCrossentropy(from_logits=True))
    one_hot, steps = np.eye(classes, dtype=np.float32)[labels], (1500, 1)
    pictures = np.tile(features, steps), np.tile(one_hot, steps)
    head.fit(*pictures, batch_size=len(labels), shuffle=False, verbose=0)
    expected = LogisticRegression(C=strength, max_iter=5000, tol=1e-8).fit(features, labels)
    kernel = logits.kernel.numpy().T
    found = kernel[1:] - kernel[:1] if classes == 2 else kernel
    np.testing.assert_allclose(found, expected.coef_, atol=0.005)


def test_penalty_is_no_part_of_the_loss_on_eval() -> None:
    features, one_hot = _features(8), np.eye(4, dtype=np.float32)[np.arange(8) % 4]
    head = _head("linear")
    head.get_layer("logits").kernel.assign(keras.ops.ones((64, 4)))
    losses = []
    for penalty in (0.0, 10.0):
        head.get_layer("logits").penalty = penalty
        head.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
        losses.append(head.evaluate(features, one_hot, verbose=0))
    assert losses[0] == losses[1]
