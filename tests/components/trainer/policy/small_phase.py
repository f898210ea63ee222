"""A small phase in an environment of chance, and whoever watches or ends it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from components import progress
from components.trainer.model import LayerGroup
from components.trainer.policy.phase import PolicyPhaseResult, World, train_phase
from components.trainer.policy.rates import optimizer_of
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig
from tests.components.trainer.policy.worlds import Walk, small_network, vector

COUNT, EACH = 3, 4 * 3
CONFIG = PolicyConfig(rollout=4, batch_size=5, passes=2, judged_every=2)
PHASE = PolicyPhaseConfig(name="head", steps=80, head_rate=0.01)
"""Seven rollouts, and judgements after 0, 2, 4, 6 and 7 of them."""
ROLLOUTS, JUDGED = 7, [0, 2, 4, 6, 7]


def encode(observations: np.ndarray) -> list[np.ndarray]:
    return [(observations * [2e-10, 0.1, 0.1]).astype(np.float32)]


WORLD = World(lambda: vector(Walk, COUNT), lambda: vector(Walk, 4), encode, episodes=6, algorithm="ppo")


class Watcher:
    """Notes what it is told of, and ends the training after `killed_at` rollouts."""

    def __init__(self, killed_at: int | None = None) -> None:
        self.reports: list[tuple[str, int, int]] = []
        self.texts: list[str] = []
        self._killed_at = killed_at

    def on_progress(self, activity: str, done: int, total: int) -> None:
        self.reports.append((activity, done, total))
        if done == self._killed_at:
            raise KeyboardInterrupt

    def on_announcement(self, text: str) -> None:
        self.texts.append(text)


@dataclass
class Trained:
    network: keras.Model
    result: PolicyPhaseResult

    def weights(self) -> list[np.ndarray]:
        return [np.array(each) for each in self.network.variables]


def train(checkpoint: Path | None = None, watcher: Watcher | None = None, **changes: Any) -> Trained:
    """One process: trains the phase, or what is left of it."""
    network = small_network(3, 3, hidden=6)
    phase = PHASE.model_copy(update=changes.pop("phase", {}))
    world = replace(WORLD, **changes.pop("world", {}))
    config = CONFIG.model_copy(update=changes.pop("config", {}))
    groups = [
        LayerGroup("head", tuple(network.variables), tuple(network.trainable_variables), phase.head_rate)
    ]
    with progress.listening(watcher or Watcher()):
        result = train_phase(
            *(network, world, config, phase, groups, optimizer_of(phase, groups)),
            **{"seed": 3, "checkpoint": checkpoint, **changes},
        )
    return Trained(network, result)


def are_equal(one: Trained, other: Trained) -> bool:
    same = map(np.array_equal, one.weights(), other.weights())
    return one.result == other.result and all(same)
