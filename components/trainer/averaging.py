"""Averages of the weights over steps or epochs: eval judges them, and training goes on from the latest.

`ema`: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging" (1992), with weights
that fall exponentially. `swa`: Izmailov et al., "Averaging Weights Leads to Wider Optima and Better
Generalization" (2018). Keras' SwapEMAWeights swaps by adding and subtracting, which rounds the weights
that training goes on from; this one puts them back as they were.
"""

from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

_MOMENTUM = 0.99
_LAST_SHARE = 0.25
"""Of the epochs, that `swa` averages."""


class Averager(keras.callbacks.Callback):
    """Stands before whoever keeps the weights in `fit`'s list of callbacks.

    Attributes:
        variables: its state, for checkpoints; none where nothing is averaged.
    """

    def __init__(self, kind: Literal["none", "ema", "swa"], model: keras.Model, epochs: int) -> None:
        """
        Args:
            kind: `none` changes nothing.
            model: whose weights, running statistics included; as they are now, they begin the average.
            epochs: of the whole phase.
        """
        super().__init__()
        self._kind = kind
        self._all = model.variables
        is_float = (tf.as_dtype(variable.dtype).is_floating for variable in self._all)
        kept = zip(self._all, is_float, strict=True) if kind != "none" else ()
        self._weights = [variable for variable, is_float in kept if is_float]
        self._averages = [_copy(variable) for variable in self._weights]
        self._count = keras.Variable(0, dtype="int64", trainable=False, name="averaged")
        self._first_epoch = epochs - max(1, int(epochs * _LAST_SHARE))
        self._epoch = 0
        self._latest: list[np.ndarray] = []
        self.variables = [self._count, *self._averages] if self._averages else []

    def judged(self) -> list[np.ndarray]:
        """The model's variables as eval judges them: averages where there are any, else the latest."""
        averages = {id(weight): average for weight, average in self._pairs()}
        return [np.array(averages.get(id(variable), variable)) for variable in self._all]

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._kind == "ema":
            count = self._count_one()
            # As TensorFlow's ExponentialMovingAverage: what a phase begins with is soon forgotten.
            self._move(1 - min(_MOMENTUM, (1 + count) / (10 + count)))

    def on_test_begin(self, logs: Any = None) -> None:
        if self._kind == "swa" and self._epoch >= self._first_epoch:
            self._move(1 / self._count_one())
        self._latest = [np.array(weight) for weight, _ in self._pairs()]
        for weight, average in self._pairs():
            weight.assign(average)

    def on_test_end(self, logs: Any = None) -> None:
        for (weight, _), latest in zip(self._pairs(), self._latest, strict=True):
            weight.assign(latest)

    def _pairs(self) -> list[tuple[keras.Variable, keras.Variable]]:
        """Weights and their averages; none before `swa` has one."""
        if not self._averages or not self._counted():
            return []
        return list(zip(self._weights, self._averages, strict=True))

    def _counted(self) -> int:
        return int(np.array(self._count))

    def _count_one(self) -> int:
        self._count.assign_add(1)
        return self._counted()

    def _move(self, share: float) -> None:
        self._move_all(tf.constant(share, tf.float32))

    @tf.function
    def _move_all(self, share: tf.Tensor) -> None:
        for weight, average in zip(self._weights, self._averages, strict=True):
            average.assign_add((weight - average) * share)


def _copy(variable: keras.Variable) -> keras.Variable:
    return keras.Variable(variable.numpy(), trainable=False, name=f"{variable.name}_average")
