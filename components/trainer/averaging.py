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
from keras import ops

_MOMENTUM = 0.99
_LAST_SHARE = 0.25
"""Of the epochs, that `swa` averages."""


class Averager(keras.callbacks.Callback):
    """Stands before whoever keeps the weights in `fit`'s list of callbacks.

    Without `fit`, `follow` is called after each step, `on_test_begin` and `on_test_end` around a judgement.

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
        self._averages = [
            _state(weight.numpy(), weight.dtype, f"{weight.name}_average") for weight in self._weights
        ]
        self._count = _state(0, "int64", "averaged")
        self._first_epoch = epochs - max(1, int(epochs * _LAST_SHARE))
        self._epoch = 0
        self._latest: list[np.ndarray] = []
        self.variables = [self._count, *self._averages] if self._averages else []

    def judged(self) -> list[np.ndarray]:
        """The model's variables as eval judges them: averages where there are any, else the latest."""
        averages = {id(weight): average for weight, average in self._pairs()}
        return [np.array(averages.get(id(variable), variable)) for variable in self._all]

    def on_train_begin(self, logs: Any = None) -> None:
        self.model.averager = self

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def follow(self) -> None:
        """Moves the average of `ema` after a step; in a graph, too."""
        if self._kind == "ema":
            self._count.assign_add(1)
            count = ops.cast(self._count, "float32")
            # As TensorFlow's ExponentialMovingAverage: what a phase begins with is soon forgotten.
            self._move(1 - ops.minimum(_MOMENTUM, (1 + count) / (10 + count)))

    def on_test_begin(self, logs: Any = None) -> None:
        if self._kind == "swa" and self._epoch >= self._first_epoch:
            self._count.assign_add(1)
            self._move(1 / self._counted())
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

    def _move(self, share: Any) -> None:
        for weight, average in zip(self._weights, self._averages, strict=True):
            average.assign_add((weight - average) * share)


def _state(value: Any, dtype: str, name: str) -> keras.Variable:
    """Each of several GPUs moves its own copy alike."""
    return keras.Variable(value, dtype=dtype, trainable=False, name=name, aggregation="only_first_replica")
