"""The policy: a trunk whose head was cut off, and in its place one that acts and one that foresees.

pictures --trunk--> features --+--> hidden --+--> logits, one for each action
                    numbers ---+             +--> value, the return that is to be expected
"""

import keras
from keras import layers

from components.backbone import Backbone
from components.trainer.model import TransferModel

_CAUTIOUS = 0.01
"""Spread of the first logits: a policy begins by trying everything (Andrychowicz et al., "What Matters In
On-Policy Reinforcement Learning?", 2021, section 3.2)."""


def build_policy(backbone: Backbone, cut: str, actions: int, numbers: int, hidden: int) -> TransferModel:
    """A trunk with a fresh head for a policy and its value.

    Args:
        backbone: the trunk; its weights are loaded.
        cut: a stage of it, or `pixels`.
        actions: how many there are.
        numbers: how many an observation holds beside its picture.
        hidden: width of the layer that both share; 0 leaves it out.

    Raises:
        InputError: the weights are missing, damaged, or another model's.
    """
    return TransferModel(backbone, cut, lambda width: policy_head(width, actions, numbers, hidden))


def policy_head(width: int, actions: int, numbers: int, hidden: int) -> keras.Model:
    """Features float32 [batch, width], and numbers [batch, numbers] where there are any -> logits, value.

    Returns:
        A model with the outputs `logits` float32 [batch, actions] and `value` float32 [batch, 1].
    """
    features = keras.Input((width,), name="features")
    inputs = [features, *([keras.Input((numbers,), name="numbers")] if numbers else [])]
    seen = layers.Concatenate()(inputs) if numbers else features
    if hidden:
        seen = layers.Dense(hidden, "tanh", name="hidden")(seen)
    cautious = keras.initializers.RandomNormal(stddev=_CAUTIOUS)
    logits = layers.Dense(actions, kernel_initializer=cautious, name="logits")(seen)
    value = layers.Dense(1, name="value")(seen)
    return keras.Model(inputs, [logits, value], name="head")


def acting(model: TransferModel) -> keras.Model:
    """Pictures, and numbers where there are any, -> logits alone: what is exported."""
    return keras.Model(model.whole.input, model.whole.outputs[0], name="acting")
