"""Keeps the best epoch, ends a phase that no longer improves, and writes all of it down.

Keras' EarlyStopping forgets its best weights when a training is killed, and its BackupAndRestore does
not know them; a phase that goes on after a kill must end as it would have ended. So one small callback
holds both, and after each epoch replaces one file. The weights that a phase begins with compete as well:
a phase that makes the model worse on eval leaves no trace in it.
"""

import math
from pathlib import Path

import keras
import numpy as np

from components.trainer import checkpoint
from components.trainer.averaging import Averager
from pipeline.errors import InputError
from pipeline.trainer_config import PhaseConfig


class Keeper(keras.callbacks.Callback):
    """Early stopping on `val_loss`, best weights, and a checkpoint an epoch.

    Attributes:
        epochs_done: from the checkpoint; 0 for a fresh phase.
        best_epoch: the one with the lowest eval loss so far, from 1; 0 while none beat the start.
        best_loss: its eval loss.
    """

    def __init__(self, path: Path, phase: PhaseConfig, averager: Averager) -> None:
        """
        Args:
            path: the checkpoint, an `.npz` of arrays only.
            phase: its `patience` says after how many epochs without a better eval loss training stops.
            averager: knows the weights that eval judges.
        """
        super().__init__()
        self._path = path
        self._phase = phase
        self._averager = averager
        self._best: list[np.ndarray] = []
        self._waited = 0
        self.epochs_done = 0
        self.best_epoch = 0
        self.best_loss = math.inf

    def begin(self, model: keras.Model, loss: float) -> None:
        """Takes the weights that `model` has now, with their `loss` on eval, as those to beat."""
        self.best_epoch, self.best_loss, self._best = 0, loss, _values(model.variables)

    def restore(self, model: keras.Model) -> bool:
        """Puts model and optimizer where the last finished epoch left them.

        Returns:
            Whether there was a checkpoint that fits; if not, the phase begins, see `begin`.
        """
        saved = checkpoint.read(self._path, like=self._arrays(model, best=_values(model.variables)))
        if saved is None:
            return False
        self.epochs_done, self._waited, self.best_epoch = (int(number) for number in saved["counters"])
        self.best_loss = float(saved["best_loss"])
        self._best = [saved[f"best_{index}"] for index in range(len(model.variables))]
        for name, variables in self._parts(model).items():
            for index, variable in enumerate(variables):
                variable.assign(saved[f"{name}_{index}"])
        return True

    def should_stop(self) -> bool:
        """Whether patience ran out; asked also before a restored phase goes on."""
        return self._waited >= self._phase.patience

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        loss = float((logs or {})["val_loss"])
        if not math.isfinite(loss):
            phase = self._phase
            raise InputError(
                f"training diverged in epoch {epoch + 1} of phase `{phase.name}`: the loss on eval is no "
                f"number. Lower head_rate ({phase.head_rate:.1e}) and trunk_rate ({phase.trunk_rate:.1e})."
            )
        self.epochs_done = epoch + 1
        if loss < self.best_loss:
            self.best_epoch, self.best_loss, self._waited = self.epochs_done, loss, 0
            self._best = self._averager.judged()
        else:
            self._waited += 1
        checkpoint.write(self._path, self._arrays(self.model, self._best))
        if self.should_stop():
            self.model.stop_training = True

    def keep_best(self, model: keras.Model) -> None:
        """Gives `model` its best epoch's weights, or those that the phase began with."""
        for variable, value in zip(model.variables, self._best, strict=True):
            variable.assign(value)

    def _arrays(self, model: keras.Model, best: list[np.ndarray]) -> checkpoint.Arrays:
        arrays = {f"best_{index}": value for index, value in enumerate(best)}
        for name, variables in self._parts(model).items():
            arrays |= {f"{name}_{index}": value for index, value in enumerate(_values(variables))}
        arrays["counters"] = np.array([self.epochs_done, self._waited, self.best_epoch])
        arrays["best_loss"] = np.array(self.best_loss)
        return arrays

    def _parts(self, model: keras.Model) -> dict[str, list[keras.Variable]]:
        """Whatever an epoch changes."""
        return {
            "model": model.variables,
            "optimizer": model.optimizer.variables,
            "average": self._averager.variables,
        }


def _values(variables: list[keras.Variable]) -> list[np.ndarray]:
    return [np.array(variable) for variable in variables]
