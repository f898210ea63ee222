"""CartPole, which Gymnasium calls solved at a mean return of 475."""

import gymnasium
import keras
import pytest

from components.environments.judging import judge, mean_return
from components.trainer.policy.learner import Learner
from components.trainer.policy.phase import World, train_phase
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig
from tests.components.trainer.policy.worlds import as_they_are, small_network, vector

CONFIG = PolicyConfig(rollout=32, batch_size=128, passes=10, entropy=0.0, judged_every=10)
PHASE = PolicyPhaseConfig(name="balance", steps=60_000)


def _poles(count: int) -> gymnasium.vector.VectorEnv:
    return vector(lambda: gymnasium.make("CartPole-v1"), count)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_solves_cart_pole(seed: int) -> None:
    network = small_network(4, 2, hidden=64, seed=seed)
    world = World(lambda: _poles(16), lambda: _poles(100), as_they_are, episodes=100, algorithm="ppo")

    def adam(updates: int) -> keras.optimizers.Optimizer:
        return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, updates))

    result = train_phase(network, world, CONFIG, PHASE, [], adam, seed=seed, until=490.0)
    assert result.curve[0]["eval_return"] < 150  # type: ignore[operator]
    assert result.eval_return >= 490
    assert result.steps <= 45_000
    # Other episodes than those that it was chosen by.
    learner = Learner(network, adam(1), CONFIG, "ppo", (seed,))
    others = judge(_poles(100), lambda seen: learner.greedy(as_they_are(seen)), 100, first_seed=100)
    assert mean_return(others) >= 475
