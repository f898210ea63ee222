"""The loss of all phases: on training batches, and on eval, where it chooses the epoch that is kept."""

import keras

from pipeline.settings.trainer import TrainerConfig


def build_loss(config: TrainerConfig) -> keras.losses.Loss:
    """A loss of logits [batch, classes] against labels [batch, classes] that sum to 1, mixed ones too.

    `focal`: Lin et al., "Focal Loss for Dense Object Detection" (2017), without its balance of classes,
    which is the business of `class_weights`; with a gamma of 0 it is `cross_entropy`.
    """
    if config.loss == "focal":
        return keras.losses.CategoricalFocalCrossentropy(
            alpha=1.0,
            gamma=config.focal_gamma,
            from_logits=True,
            label_smoothing=config.label_smoothing,
        )
    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=config.label_smoothing)
