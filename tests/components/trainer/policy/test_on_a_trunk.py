"""Policy and value on a trunk: what is unfrozen learns, each stage at its rate, and all else stays."""

from typing import Any

import gymnasium
import keras
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from components.backbone.cut import HEAD
from components.trainer.model import TransferModel
from components.trainer.policy.phase import World, train_phase
from components.trainer.policy.rates import optimizer_of
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig
from tests.components.trainer.policy.worlds import vector
from tests.components.trainer.tiny import SIZE, TinyBackbone


class Colours(gymnasium.Env):
    """One noisy picture of one of three colours; naming it pays 1."""

    def __init__(self) -> None:
        self.observation_space = Box(0, 255, (SIZE, SIZE, 3), np.uint8)
        self.action_space = Discrete(3)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self._colour = int(self.np_random.integers(3))
        noise = self.np_random.normal(0, 20, (SIZE, SIZE, 3))
        self._picture = np.clip(50 + 150 * np.eye(3)[self._colour] + noise, 0, 255).astype(np.uint8)
        return self._picture, {}

    def step(self, action: Any) -> Any:
        return self._picture, float(action == self._colour), True, False, {}


def _head(width: int) -> keras.Model:
    features = keras.Input((width,), name="features")
    outputs = [keras.layers.Dense(3, name="policy")(features), keras.layers.Dense(1, name="value")(features)]
    return keras.Model(features, outputs, name=HEAD)


def _mean(feature_map: Any) -> np.ndarray:
    return np.array(feature_map).mean(axis=(1, 2))


@pytest.mark.slow
@pytest.mark.parametrize(("unfreeze", "least"), [(HEAD, 0.65), ("block_1", 0.9)])
def test_learns_what_is_unfrozen(unfreeze: str, least: float) -> None:
    keras.utils.set_random_seed(2)
    model = TransferModel(TinyBackbone(), "block_0", _head)  # type: ignore[arg-type]
    lower = keras.Model(model.trunk.input, model.trunk.get_layer("block_0").output)
    phase = PolicyPhaseConfig(
        name="any", steps=32 * 4 * 40, unfreeze=unfreeze, head_rate=0.1, trunk_rate=0.01
    )
    model.freeze_all_but(unfreeze)
    groups = model.layer_groups(unfreeze, phase.head_rate, phase.trunk_rate, phase.depth_decay)

    def encode(pictures: np.ndarray) -> list[np.ndarray]:
        return [_mean(model.trunk(pictures)) if unfreeze == HEAD else np.array(lower(pictures))]

    world = World(lambda: vector(Colours, 32), lambda: vector(Colours, 20), encode, 60, "reinforce")
    before = [np.array(each) for each in model.whole.variables]
    config = PolicyConfig(rollout=4, batch_size=64)
    result = train_phase(
        *(model.trained_by(unfreeze), world, config, phase, groups, optimizer_of(phase, groups)), seed=1
    )
    # By chance a third; a linear head on a random trunk tells two of the colours apart from the third.
    assert result.eval_return >= least
    learnt = {variable.path for group in groups for variable in group.trainable}
    for variable, old in zip(model.whole.variables, before, strict=True):
        assert np.array_equal(np.array(variable), old) == (variable.path not in learnt), variable.path
    rates = {str(layer["name"]): layer["rate"] for layer in result.layers}
    assert rates["head"] == 0.1
    assert rates["top"] == (None if unfreeze == HEAD else 0.01)
    assert rates["stem"] is None
