"""Heads: what makes logits of pooled features.

Each starts from equal logits, whatever the picture: the first steps then come from the labels alone.
"""

import math
from typing import Any

import keras
from keras import layers, ops

from components.backbone.cut import HEAD
from pipeline.settings.trainer import TrainerConfig

_FIRST_SCALE = 10.0
"""Gidaris and Komodakis' own."""
_FLOOR = 1e-3


def build_head(config: TrainerConfig, width: int, classes: int) -> keras.Sequential:
    """A fresh head, always in float32: half precision would save nothing here, and cost digits of the loss.

    Args:
        config: kind of head, width of its hidden layer, dropout.
        width: of the features.
        classes: how many logits.

    Returns:
        features float32 [batch, width] -> logits float32 [batch, classes].
    """
    dropout = layers.Dropout(config.dropout)
    linear = PenalisedLogits(classes, kernel_initializer="zeros", name="logits")
    members = {
        "linear": [dropout, linear],
        "root": [RootNormalise(name="root"), dropout, linear],
        "mlp": [layers.Dense(config.hidden, activation="relu", name="hidden"), dropout, linear],
        "cosine": [dropout, CosineLogits(classes, name="logits")],
    }[config.head]
    return keras.Sequential([keras.Input((width,), name="features"), *members], name=HEAD)


@keras.saving.register_keras_serializable("graft")
class PenalisedLogits(layers.Dense):
    """Logits whose weights cost something while they train, as scikit-learn's logistic regression has it.

    With a loss that is a mean over n pictures and a penalty of 1 / (C n), training ends where
    `LogisticRegression(C=C)` does; C is the variance that the weights have before any picture is seen. Of two
    classes scikit-learn has one row of weights, which is the difference of ours: there it ends at `C=2 * C`.

    Attributes:
        penalty: times half the sum of the squared weights, added to the loss of training, not of eval.
    """

    penalty = 0.0

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """float32 [batch, width] -> float32 [batch, classes]."""
        if training and self.penalty:
            self.add_loss(self.penalty / 2 * ops.sum(ops.square(self.kernel)))
        return super().call(inputs, training=training)


@keras.saving.register_keras_serializable("graft")
class RootNormalise(layers.Layer):
    """Signed square roots, brought to one length: no loud channel drowns the others, no picture the rest.

    Perronnin et al., "Improving the Fisher Kernel for Large-Scale Image Classification" (2010), sections 3.2
    and 3.3.
    """

    def call(self, features: Any) -> Any:
        """float32 [batch, width] -> the same; the mean square of each picture's values is 1."""
        # The root's slope is infinite at 0, where ReLU leaves most channels; a trunk may train through here.
        roots = ops.sign(features) * (ops.sqrt(ops.abs(features) + _FLOOR) - math.sqrt(_FLOOR))
        return ops.normalize(roots, axis=-1) * math.sqrt(features.shape[-1])


@keras.saving.register_keras_serializable("graft")
class CosineLogits(layers.Layer):
    """Cosines between the features and one direction a class, times a scale that is learnt.

    Gidaris and Komodakis, "Dynamic Few-Shot Visual Learning without Forgetting" (2018), section 3.2;
    measured against linear heads in Chen et al., "A Closer Look at Few-shot Classification" (2019).
    """

    def __init__(self, classes: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.classes = classes

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        width = int(input_shape[-1] or 0)
        # Directions cannot be zeros, but they can be the same.
        same = keras.initializers.Constant(width**-0.5)
        self.kernel = self.add_weight(shape=(width, self.classes), initializer=same, name="kernel")
        first = keras.initializers.Constant(_FIRST_SCALE)
        self.scale = self.add_weight(shape=(), initializer=first, name="scale")

    def call(self, features: Any) -> Any:
        """float32 [batch, width] -> float32 [batch, classes], within -scale..scale."""
        cosines = ops.normalize(features, axis=-1) @ ops.normalize(self.kernel, axis=0)
        return self.scale * cosines

    def get_config(self) -> dict[str, Any]:
        """What Keras makes a copy of the layer from."""
        return {**super().get_config(), "classes": self.classes}
