"""Chooses the epoch that is kept, ends a phase that no longer improves, and writes all of it down.

Of all epochs that chance may have made the best one, the latest is kept: those whose eval loss is within one
standard error of the lowest (Breiman et al., "Classification and Regression Trees", 1984, section 3.4.3). On
twenty pictures the lowest loss is mostly luck, and often that of a model that has hardly begun. The weights
that a phase begins with compete as well: a phase that makes the model worse on eval, by more than chance
explains, leaves no trace in it.

Keras' EarlyStopping forgets its best weights when a training is killed, and its BackupAndRestore does
not know them; a phase that goes on after a kill must end as it would have ended. So one small callback
holds both, and after each epoch replaces one file.
"""

import math
from pathlib import Path

import keras
import numpy as np

from components.trainer import checkpoint
from components.trainer.averaging import Averager
from components.trainer.team import current_team
from pipeline.errors import InputError
from pipeline.settings.trainer import PhaseConfig

CURVES = {
    "train_loss": "loss",
    "train_accuracy": "accuracy",
    "eval_loss": "val_loss",
    "eval_accuracy": "val_accuracy",
}
"""What is written down of an epoch, and what Keras calls it."""
Curves = dict[str, float | None]


class Keeper(keras.callbacks.Callback):
    """Early stopping on `val_loss`, the weights to keep, and a checkpoint an epoch.

    Attributes:
        epochs_done: from the checkpoint; 0 for a fresh phase.
        kept_epoch: the one to keep so far, from 1; 0 while all are worse than the start.
        lowest_loss: on eval so far, the start's included.
    """

    def __init__(self, path: Path | None, phase: PhaseConfig, averager: Averager, pictures: float) -> None:
        """
        Args:
            path: the checkpoint, an `.npz` of arrays only; `None` for a training that a kill may undo.
            phase: its `patience` says after how many epochs without a better eval loss training stops.
            averager: knows the weights that eval judges.
            pictures: of eval, by which chance is judged; infinitely many keep the epoch with the lowest loss,
                and where all of them weigh 0 they are taken for one.
        """
        super().__init__()
        self._path = path
        self._phase = phase
        self._averager = averager
        # Losses of single pictures scatter about as far as their mean: most are small, and a few large.
        self._tolerance = 1 + 1 / math.sqrt(max(pictures, 1))
        self._kept: list[np.ndarray] = []
        self._waited = 0
        self._history = np.full((phase.epochs, len(CURVES)), np.nan)
        self.epochs_done = 0
        self.kept_epoch = 0
        self.lowest_loss = math.inf

    def begin(self, model: keras.Model, loss: float) -> None:
        """Takes the weights that `model` has now, with their `loss` on eval, as those to compete with."""
        self.kept_epoch, self.lowest_loss, self._kept = 0, loss, _values(model.variables)

    def restore(self, model: keras.Model) -> bool:
        """Puts model and optimizer where the last finished epoch left them.

        Returns:
            Whether there was a checkpoint that fits; if not, the phase begins, see `begin`.
        """
        like = self._arrays(model, kept=_values(model.variables))
        saved = checkpoint.read(self._path, like) if self._path else None
        saved = current_team().from_chief(saved, like)
        if saved is None:
            return False
        self.epochs_done, self._waited, self.kept_epoch = (int(number) for number in saved["counters"])
        self.lowest_loss = float(saved["lowest_loss"])
        self._history = saved["history"]
        self._kept = [saved[f"kept_{index}"] for index in range(len(model.variables))]
        for name, variables in self._parts(model).items():
            for index, variable in enumerate(variables):
                variable.assign(saved[f"{name}_{index}"])
        return True

    def should_stop(self) -> bool:
        """Whether patience ran out; asked also before a restored phase goes on."""
        return self._waited >= self._phase.patience

    def history(self) -> tuple[Curves, ...]:
        """The figures of each epoch that was trained, by their names in `CURVES`; `None` for no number."""
        figures = self._history[: self.epochs_done].tolist()
        finite = ([value if math.isfinite(value) else None for value in row] for row in figures)
        return tuple(dict(zip(CURVES, row, strict=True)) for row in finite)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        loss = float((logs or {})["val_loss"])
        if not math.isfinite(loss):
            phase = self._phase
            raise InputError(
                f"training diverged in epoch {epoch + 1} of phase `{phase.name}`: the loss on eval is no "
                f"number. Lower head_rate ({phase.head_rate:.1e}) and trunk_rate ({phase.trunk_rate:.1e})."
            )
        self.epochs_done = epoch + 1
        self._history[epoch] = [(logs or {}).get(name, np.nan) for name in CURVES.values()]
        if loss < self.lowest_loss:
            self.lowest_loss, self._waited = loss, 0
        else:
            self._waited += 1
        if loss <= self.lowest_loss * self._tolerance:
            self.kept_epoch, self._kept = self.epochs_done, self._averager.judged()
        if self._path is not None:
            checkpoint.write(self._path, self._arrays(self.model, self._kept))
        if self.should_stop():
            self.model.stop_training = True

    def keep(self, model: keras.Model) -> None:
        """Gives `model` the kept epoch's weights, or those that the phase began with."""
        for variable, value in zip(model.variables, self._kept, strict=True):
            variable.assign(value)

    def _arrays(self, model: keras.Model, kept: list[np.ndarray]) -> checkpoint.Arrays:
        arrays = {f"kept_{index}": value for index, value in enumerate(kept)}
        for name, variables in self._parts(model).items():
            arrays |= {f"{name}_{index}": value for index, value in enumerate(_values(variables))}
        arrays["counters"] = np.array([self.epochs_done, self._waited, self.kept_epoch])
        arrays["lowest_loss"] = np.array(self.lowest_loss)
        arrays["history"] = self._history
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
