"""What a policy learns in: labelled pictures seen whole, the same seen by a window, or anything else.

Each knows its actions, makes its environments for a phase, and how their observations become what the phase's
part of the network starts from.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
from gymnasium.vector import VectorEnv

from components.backbone.cut import HEAD, PIXELS, split_trunk
from components.environments import make_envs
from components.environments.cached_pictures import StoredPictures
from components.environments.costs import cost_table
from components.environments.large_pictures import LargePictures
from components.environments.names import action_names
from components.environments.window import MOVES, numbers_count, picture_side
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, open_store
from components.trainer.model import TransferModel
from components.trainer.policy.eyes import Eyes, fitted
from components.trainer.policy.rollout import Encode
from pipeline.errors import InputError
from pipeline.settings.environment import DECISION, GLIMPSE, EnvironmentConfig
from pipeline.settings.policy import PolicyConfig


class Task(Protocol):
    """What is acted in."""

    @property
    def actions(self) -> Sequence[str]:
        """Names, in the order of the policy's logits."""

    @property
    def numbers(self) -> int:
        """How many an observation holds beside its picture."""

    @property
    def is_one_step(self) -> bool:
        """Whether every episode is one action."""

    @property
    def episodes(self) -> int:
        """Of a judgement."""

    @property
    def scale(self) -> float:
        """About how far rewards scatter before anything is learnt."""

    def envs(self, unfreeze: str, *, is_held_out: bool) -> VectorEnv:
        """Fresh environments for a phase that trains from `unfreeze` upwards."""

    def encode(self, model: TransferModel, cut: str, unfreeze: str) -> Encode:
        """From their observations to what that phase's network takes."""


def task_of(
    config: EnvironmentConfig, policy: PolicyConfig, folders: Sequence[str], classes: Sequence[str], size: int
) -> Task:
    """The task of an environment.

    Args:
        config: of the environment.
        policy: how many episodes judge it, where there are no held-out pictures.
        folders: of train and of eval; none where the environment brings its own pictures.
        classes: names, in the order of their indices.
        size: side of the pictures that the trunk takes, pixels.

    Raises:
        InputError: the environment cannot be made, or a policy cannot act in it.
    """
    if config.id == DECISION:
        return Whole(config, folders, classes)
    if config.id == GLIMPSE:
        return Windowed(config, folders, classes, size)
    return Foreign(config, policy.episodes)


class Whole:
    """Decision: a picture is what Augment made of it, so that no trunk runs below the cut."""

    numbers, is_one_step = 0, True

    def __init__(self, config: EnvironmentConfig, folders: Sequence[str], classes: Sequence[str]) -> None:
        self.actions = action_names(config.id, classes, len(classes) + 1)
        self._config, self._folders, self._classes = config, folders, classes
        train, held_out = (open_store(folder, FEATURES_PREFIX) for folder in folders)
        if (held_out.labels < 0).any():
            raise InputError(
                f"eval has {int((held_out.labels < 0).sum())} pictures of a class that train lacks. Give "
                "train some of it, or take the class out of the data."
            )
        self.episodes = len(held_out)
        # Of a policy that takes every action equally often; where all costs are the same, nothing is learnt.
        self.scale = float(cost_table(config.decision, classes)[train.labels].std()) or 1.0

    def envs(self, unfreeze: str, *, is_held_out: bool) -> VectorEnv:
        prefix = FEATURES_PREFIX if unfreeze == HEAD else ACTIVATIONS_PREFIX
        store = open_store(self._folders[is_held_out], prefix)
        pictures = StoredPictures(store, self._classes)
        return make_envs(self._config, self._config.count, pictures, is_held_out=is_held_out)

    def encode(self, model: TransferModel, cut: str, unfreeze: str) -> Encode:
        return lambda observations: [observations]


class _Seen:
    """What all have in common whose environments show pictures: the trunk looks at each once."""

    numbers, is_one_step, scale = 0, False, 1.0

    def encode(self, model: TransferModel, cut: str, unfreeze: str) -> Encode:
        look = _looking(model, cut, unfreeze)

        def encode(observations: Any) -> list[np.ndarray]:
            if isinstance(observations, dict):
                return [look(observations["image"]), observations["numbers"]]
            return [look(observations)]

        return encode


class Windowed(_Seen):
    """Glimpse: a window over the pictures as they are."""

    def __init__(
        self, config: EnvironmentConfig, folders: Sequence[str], classes: Sequence[str], size: int
    ) -> None:
        self.actions = action_names(config.id, classes, len(MOVES) + len(classes))
        self.numbers = numbers_count(config.glimpse)
        side = picture_side(size, config.glimpse)
        self._config = config
        self._pictures = [
            LargePictures.of_split(tf.io.gfile.glob(os.path.join(folder, "*")), classes, side)
            for folder in folders
        ]
        self.episodes = len(self._pictures[1])

    def envs(self, unfreeze: str, *, is_held_out: bool) -> VectorEnv:
        pictures = self._pictures[is_held_out]
        return make_envs(self._config, self._config.count, pictures, is_held_out=is_held_out)


class Foreign(_Seen):
    """An environment that brings its own pictures."""

    def __init__(self, config: EnvironmentConfig, episodes: int) -> None:
        envs = make_envs(config, 1)
        self.actions = action_names(config.id, (), int(envs.single_action_space.n))  # type: ignore[attr-defined]
        envs.close()
        self.episodes = episodes
        self._config = config

    def envs(self, unfreeze: str, *, is_held_out: bool) -> VectorEnv:
        return make_envs(self._config, self._config.count, is_held_out=is_held_out)


@dataclass(frozen=True)
class _Pixels:
    """A trunk that learns as a whole takes the pictures themselves."""

    size: int

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        is_fitting = pictures.shape[1:] == (self.size, self.size, 3)
        return pictures if is_fitting else fitted(pictures, self.size).numpy()


def _looking(model: TransferModel, cut: str, unfreeze: str) -> Any:
    """Pictures uint8 [batch, height, width, ...] -> what the phase starts from."""
    if unfreeze == HEAD:
        pooled = keras.layers.GlobalAveragePooling2D()(model.trunk.output)
        return Eyes(keras.Model(model.trunk.input, pooled))
    if cut == PIXELS:
        return _Pixels(model.trunk.input.shape[1])
    lower, _ = split_trunk(model.trunk, cut)
    return Eyes(lower)
