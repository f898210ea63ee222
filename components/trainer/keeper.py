"""Keeps the best epoch, ends a phase that no longer improves, and writes all of it down.

Keras' EarlyStopping forgets its best weights when a training is killed, and its BackupAndRestore does
not know them; a phase that goes on after a kill must end as it would have ended. So one small callback
holds both, and after each epoch replaces one file, whole or not at all.
"""

import math
import os
from pathlib import Path

import keras
import numpy as np

from pipeline.errors import InputError

_COUNTERS = "counters"


class Keeper(keras.callbacks.Callback):
    """Early stopping on `val_loss`, best weights, and a checkpoint an epoch.

    Attributes:
        epochs_done: from the checkpoint; 0 for a fresh phase.
        best_loss: lowest eval loss so far.
    """

    def __init__(self, path: Path, patience: int) -> None:
        """
        Args:
            path: the checkpoint, an `.npz` of arrays only.
            patience: epochs without a better eval loss after which training stops.
        """
        super().__init__()
        self._path = path
        self._patience = patience
        self._best: list[np.ndarray] = []
        self._waited = 0
        self.epochs_done = 0
        self.best_loss = float("inf")

    def restore(self, model: keras.Model) -> None:
        """Puts model and optimizer where the last finished epoch left them, if there was one."""
        if not self._path.exists():
            return
        with np.load(self._path, allow_pickle=False) as saved:
            self.epochs_done, self._waited = (int(number) for number in saved[_COUNTERS])
            self.best_loss = float(saved["best_loss"])
            self._best = [saved[f"best_{index}"] for index in range(len(model.variables))]
            for index, variable in enumerate(model.variables):
                variable.assign(saved[f"model_{index}"])
            for index, variable in enumerate(model.optimizer.variables):
                variable.assign(saved[f"optimizer_{index}"])

    def should_stop(self) -> bool:
        """Whether patience ran out; asked also before a restored phase goes on."""
        return self._waited >= self._patience

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        loss = float((logs or {})["val_loss"])
        if not math.isfinite(loss):
            raise InputError(
                "training diverged: the loss on eval is not a number. "
                "Lower the phase's head_rate and trunk_rate."
            )
        if loss < self.best_loss:
            self.best_loss, self._waited = loss, 0
            self._best = [np.array(variable) for variable in self.model.variables]
        else:
            self._waited += 1
        self.epochs_done = epoch + 1
        self._write()
        if self.should_stop():
            self.model.stop_training = True

    def keep_best(self, model: keras.Model) -> None:
        """Gives `model` its best epoch's weights."""
        for variable, value in zip(model.variables, self._best, strict=False):
            variable.assign(value)

    def _write(self) -> None:
        arrays = {f"model_{index}": np.array(value) for index, value in enumerate(self.model.variables)}
        arrays |= {f"best_{index}": value for index, value in enumerate(self._best)}
        optimizer = self.model.optimizer.variables
        arrays |= {f"optimizer_{index}": np.array(value) for index, value in enumerate(optimizer)}
        arrays[_COUNTERS] = np.array([self.epochs_done, self._waited])
        arrays["best_loss"] = np.array(self.best_loss)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(unfinished, self._path)
