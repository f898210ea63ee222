"""A learner draws by its probabilities, learns from all of a rollout, and finds what is known to be best."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.trainer.policy import learner as learner_module
from components.trainer.policy.algorithm import Algorithm
from components.trainer.policy.learner import FIGURES, Learner, updates_of
from components.trainer.policy.rollout import Collector, Rollout
from pipeline.settings.policy import PolicyConfig
from tests.components.trainer.policy.worlds import Bandit, Chain, as_they_are, small_network, vector

WIDTH, ACTIONS = 4, 3


def learner_of(
    config: PolicyConfig, algorithm: Algorithm = "ppo", network: keras.Model | None = None, rate: float = 0.01
) -> Learner:
    network = network or small_network(WIDTH, ACTIONS, hidden=8)
    return Learner(network, keras.optimizers.Adam(rate), config, algorithm, (1, 2))


def random_rollout(steps: int = 6, envs: int = 5, seed: int = 0, ends: float = 0.1) -> Rollout:
    draws = np.random.default_rng(seed)
    shape = steps, envs
    numbers = [draws.normal(size=shape).astype(np.float32) for _ in range(3)]
    return Rollout(
        [draws.normal(size=(*shape, WIDTH)).astype(np.float32)],
        draws.integers(ACTIONS, size=shape),
        *numbers,
        draws.normal(size=shape),
        draws.random(shape) < ends,
        np.zeros(shape, bool),
        returns=(),
        lengths=(),
    )


def test_draws_actions_by_their_probabilities() -> None:
    shares = np.array([0.6, 0.3, 0.1])
    network = small_network(WIDTH, ACTIONS)
    network.get_layer("policy").set_weights([np.zeros((WIDTH, ACTIONS)), np.log(shares) + 2])
    learner, drawn = learner_of(PolicyConfig(), network=network), 100_000
    actions, logs, values = learner.act([np.zeros((drawn, WIDTH), np.float32)])
    found = np.bincount(actions, minlength=ACTIONS) / drawn
    # Four standard errors.
    assert (np.abs(found - shares) < 4 * np.sqrt(shares * (1 - shares) / drawn)).all()
    np.testing.assert_allclose(logs, np.log(shares)[actions], rtol=1e-5)
    assert (actions.dtype, logs.dtype, values.dtype) == (np.int64, np.float32, np.float32)
    assert set(learner.greedy([np.zeros((9, WIDTH), np.float32)]).tolist()) == {0}


def test_values_are_the_networks() -> None:
    network = small_network(WIDTH, ACTIONS, hidden=8)
    learner = learner_of(PolicyConfig(), network=network)
    (seen,) = random_rollout().inputs
    expected = network(seen[0])[1].numpy()[:, 0]
    np.testing.assert_allclose(learner.value([seen[0]]), expected, rtol=1e-5)
    np.testing.assert_allclose(learner.act([seen[0]])[2], expected, rtol=1e-5)


def test_rollouts_are_drawn_by_their_number() -> None:
    learner, inputs = learner_of(PolicyConfig()), [np.zeros((50, WIDTH), np.float32)]
    drawn = []
    for number in (4, 5, 4):
        learner.begin_rollout(number)
        drawn.append(learner.act(inputs)[0])
    assert np.array_equal(drawn[0], drawn[2])
    assert not np.array_equal(drawn[0], drawn[1])


@pytest.mark.parametrize(("algorithm", "passes"), [("ppo", 3), ("reinforce", 1)])
@pytest.mark.parametrize(("size", "batches"), [(30, 1), (7, 5), (8, 4), (10, 3), (1, 30), (29, 2), (100, 1)])
def test_learns_from_all_in_batches_as_equal_as_can_be(
    algorithm: Algorithm, passes: int, size: int, batches: int
) -> None:
    config = PolicyConfig(batch_size=size, passes=3, rollout=6)
    learner = learner_of(config, algorithm)
    rows: list[np.ndarray] = []
    learn = learner._learn

    def watched(*data: Any) -> tf.Tensor:
        rows.extend(data[-1])
        return learn(*data)

    learner._learn = watched
    learner.update(random_rollout())
    assert len(rows) == passes * batches == updates_of(config, algorithm, environments=5)
    assert int(learner._optimizer.iterations.numpy()) == len(rows)
    lengths = {len(row) for row in rows}
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1
    orders = np.concatenate(rows).reshape(passes, 30)
    for order in orders:
        assert sorted(order.tolist()) == list(range(30))
    assert passes == 1 or not np.array_equal(orders[0], orders[1])


def test_traces_once_whatever_the_sizes() -> None:
    learner = learner_of(PolicyConfig(batch_size=7))
    for steps, envs in ((6, 5), (4, 4), (9, 3)):
        learner.update(random_rollout(steps, envs))
        learner.act([np.zeros((envs, WIDTH), np.float32)])
        learner.value([np.zeros((1, WIDTH), np.float32)])
    assert learner._learn.experimental_get_tracing_count() == 1
    assert learner._forward.experimental_get_tracing_count() == 1


def test_first_update_of_a_rollout_starts_from_the_policy_that_acted() -> None:
    config = PolicyConfig(rollout=8, batch_size=10_000, passes=1)
    learner = learner_of(config, network=small_network(2, 2, hidden=8))
    collector = Collector(vector(lambda: Chain(5), 4), as_they_are, learner, (0,))
    collector.begin()
    figures = learner.update(collector.collect(8))
    assert tuple(figures) == FIGURES
    assert figures["kl"] == pytest.approx(0, abs=1e-6)
    assert figures["clip_share"] == 0
    assert figures["policy_loss"] == pytest.approx(0, abs=1e-5)  # the mean of normalised advantages


@pytest.mark.parametrize("largest", [1e-3, 1e3])
def test_larger_gradients_are_scaled_down(largest: float) -> None:
    config = PolicyConfig(batch_size=100, passes=1, largest_gradient=largest)
    network = small_network(WIDTH, ACTIONS, hidden=8)
    before = [np.array(each) for each in network.trainable_variables]
    learner = Learner(network, keras.optimizers.SGD(1.0), config, "ppo", (1,))
    figures = learner.update(random_rollout())
    moved = np.sqrt(
        sum(((np.array(each) - old) ** 2).sum() for each, old in zip(network.variables, before, strict=True))
    )
    assert moved == pytest.approx(min(figures["gradient"], largest), rel=1e-3)
    assert 1e-3 < figures["gradient"] < 1e3


def test_what_is_frozen_stays_and_dropout_rests() -> None:
    inputs = keras.Input((WIDTH,))
    norm = keras.layers.BatchNormalization(name="norm")
    tensor = keras.layers.Dropout(0.5)(norm(keras.layers.Dense(6, name="frozen", trainable=False)(inputs)))
    outputs = [keras.layers.Dense(size)(tensor) for size in (ACTIONS, 1)]
    network = keras.Model(inputs, outputs)
    (seen,) = random_rollout().inputs
    learner = learner_of(PolicyConfig(passes=2), network=network)
    assert np.array_equal(learner.value([seen[0]]), learner.value([seen[0]]))
    still = [*network.get_layer("frozen").variables, norm.moving_mean, norm.moving_variance]
    before = [np.array(each) for each in still]
    assert learner.update(random_rollout())["kl"] != 0
    assert all(np.array_equal(each, old) for each, old in zip(still, before, strict=True))


def test_several_inputs_and_pictures_kept_as_bytes() -> None:
    pictures, numbers = keras.Input((2, 2, 3)), keras.Input((2,))
    tensor = keras.layers.Concatenate()([keras.layers.Flatten()(pictures), numbers])
    network = keras.Model([pictures, numbers], [keras.layers.Dense(size)(tensor) for size in (ACTIONS, 1)])
    learner = learner_of(PolicyConfig(), network=network)
    rollout = random_rollout()
    draws = np.random.default_rng(1)
    kept = [draws.integers(256, size=(6, 5, 2, 2, 3)).astype(np.uint8), draws.normal(size=(6, 5, 2))]
    figures = learner.update(Rollout(**{**rollout.__dict__, "inputs": kept}))
    assert np.isfinite(list(figures.values())).all()
    assert learner.act([each[0] for each in kept])[0].shape == (5,)


def test_reinforce_learns_from_returns_and_ppo_from_smoothed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def noted(*arguments: Any) -> np.ndarray:
        asked.append(arguments[-2:])
        return np.zeros(arguments[0].shape)

    monkeypatch.setattr(learner_module, "advantages", noted)
    for algorithm in ("ppo", "reinforce"):
        learner_of(PolicyConfig(discount=0.8, smoothing=0.6), algorithm).update(random_rollout())  # type: ignore[arg-type]
    assert asked == [(0.8, 0.6), (0.8, 1.0)]


def train(learner: Learner, collector: Collector, rollouts: int, steps: int) -> None:
    collector.begin()
    for number in range(rollouts):
        learner.begin_rollout(number)
        learner.update(collector.collect(steps))


@pytest.mark.slow
@pytest.mark.parametrize(("entropy", "seed"), [(0.5, 1), (1.0, 2)])
def test_reinforce_ends_at_the_policy_that_is_known_to_be_best(entropy: float, seed: int) -> None:
    """Mean pay plus a weight times entropy is highest at softmax(pay / weight), and known exactly."""
    pays = np.array([0.0, 0.5, 1.0])
    network = small_network(1, 3, seed=seed)
    config = PolicyConfig(entropy=entropy, batch_size=512)
    schedule = keras.optimizers.schedules.CosineDecay(0.05, 200)
    learner = Learner(network, keras.optimizers.Adam(schedule), config, "reinforce", (seed,))
    envs = vector(lambda: Bandit(tuple(pays), noise=0.1), 32)
    train(learner, Collector(envs, as_they_are, learner, (seed,)), rollouts=200, steps=8)
    logits, value = (each.numpy()[0] for each in network(np.ones((1, 1), np.float32)))
    best = np.exp(pays / entropy) / np.exp(pays / entropy).sum()
    found = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(found, best, atol=0.02)
    assert value[0] == pytest.approx(found @ pays, abs=0.03)


def test_values_of_a_chain_are_learnt_through_its_cuts() -> None:
    """1 and 2 in turn for ever: V(1) = 1 + discount V(2), V(2) = 2 + discount V(1), wherever it is cut."""
    discount = 0.9
    network = small_network(2, 2)
    config = PolicyConfig(discount=discount, smoothing=0.8, batch_size=64, largest_gradient=100.0)
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 400)
    learner = Learner(network, keras.optimizers.Adam(schedule), config, "ppo", (0,))
    train(learner, Collector(vector(lambda: Chain(3), 16), as_they_are, learner, (0,)), rollouts=100, steps=4)
    values = learner.value([np.eye(2, dtype=np.float32)])
    expected = np.array([1 + 2 * discount, 2 + discount]) / (1 - discount**2)
    np.testing.assert_allclose(values, expected, rtol=0.01)
