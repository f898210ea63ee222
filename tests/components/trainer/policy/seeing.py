"""Policies on a tiny trunk whose weights are all drawn, so that what they say depends on what they see."""

from typing import Any

import numpy as np
import tensorflow as tf

from components.trainer.model import TransferModel
from components.trainer.policy.network import build_policy
from tests.components.trainer.stand_in import Transform
from tests.components.trainer.tiny import TinyBackbone


def tiny_policy(
    actions: int, numbers: int = 0, hidden: int = 0, cut: str = "block_0", seed: int = 3
) -> TransferModel:
    """Its weights, those of BatchNorm too, follow from the seed."""
    model = build_policy(TinyBackbone(), cut, actions, numbers, hidden)  # type: ignore[arg-type]
    draws = np.random.default_rng(seed)
    for variable in model.whole.variables:
        low, high = (0.5, 1.5) if "norm" in variable.path else (-0.7, 0.7)
        variable.assign(draws.uniform(low, high, variable.shape))
    # What is drawn makes features of all sizes; the policy should neither be sure nor blind.
    features = model.trunk(draws.uniform(0, 255, (64, *model.trunk.input.shape[1:])), training=False)
    spread = np.std(np.mean(features, axis=(1, 2)))
    (kernel, bias) = model.head.get_layer("hidden" if hidden else "logits").get_weights()
    kernel[: features.shape[-1]] *= 3 / spread
    centre = np.mean(features, axis=(0, 1, 2)) @ kernel[: features.shape[-1]]
    model.head.get_layer("hidden" if hidden else "logits").set_weights([kernel, bias - centre])
    return model


def logits_of(model: TransferModel, *inputs: np.ndarray) -> np.ndarray:
    """float64 [batch, actions]: what the training network says of pictures, and of numbers."""
    given = [np.asarray(each, np.float32) for each in inputs]
    logits, _ = model.whole(given if len(given) > 1 else given[0], training=False)
    return np.asarray(logits, np.float64)


class Labelled(Transform):
    """Transform's output, with the classes."""

    def __init__(self, size: int, classes: tuple[str, ...]) -> None:
        super().__init__(size)
        self._classes = classes

    def vocabulary_by_name(self, _: str) -> list[bytes]:
        return [name.encode() for name in self._classes]


def answers_of(folder: Any, contents: list[bytes]) -> dict[str, np.ndarray]:
    """What an exported policy answers to encoded pictures."""
    loaded = tf.saved_model.load(str(folder))
    answered = loaded.signatures["serving_default"](image_bytes=tf.constant(contents, tf.string))
    return {name: value.numpy() for name, value in answered.items()}
