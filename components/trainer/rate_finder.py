"""Finds a rate by trying them all: a few batches from a rate that does nothing to one that destroys.

Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.3. Each batch is held
against what it costs at the start, or hard batches would look like bad rates. The suggestion is a tenth
of the rate that undoes all that was learnt: a cliff stands out of the noise, where the steepest point and
the longest way down, which fastai suggests, do not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import keras
import numpy as np
from scipy.ndimage import gaussian_filter1d

from components import progress
from components.trainer import checkpoint
from components.trainer.batches import Batches
from components.trainer.mixing import Batch
from components.trainer.schedules import Schedule, sweep_schedule
from components.trainer.team import current_team
from pipeline.errors import InputError

_STEPS = 100
_LOWEST, _HIGHEST = 1e-6, 1.0
"""Of the head; the trunk's keep their ratio to it."""
_SMOOTHING = 4.0
"""Standard deviation in steps, a quarter of a decade; centred, so that nothing is seen too late."""
_DIVERGED = 4.0
"""Times the loss at the start: from here on only worse is to come."""
_HARMLESS = 10
"""Steps at rates that undo nothing: what their losses show is the noise of dropout, and that sets the limit
where there is hardly any loss at the start."""
_LEAST_FALL = 0.01
"""Share of the loss at the start; what falls less is noise."""


@dataclass(frozen=True)
class Sweep:
    """What each rate led to.

    Attributes:
        rates: of the head, rising, up to where training diverged; float64 [steps].
        losses: as they would have been had all batches been equally hard, float64 [steps].
    """

    rates: np.ndarray
    losses: np.ndarray

    @property
    def smoothed(self) -> np.ndarray:
        """The losses without their noise, float64 [steps]."""
        smoothed: np.ndarray = gaussian_filter1d(self.losses, _SMOOTHING, mode="nearest")
        return smoothed

    def suggestion(self) -> float | None:
        """A tenth of the rate that undoes the loss's whole fall; `None` where it does not fall."""
        if not self.losses.size:
            return None
        smoothed = self.smoothed
        lowest = int(np.argmin(smoothed))
        if smoothed[lowest] > (1 - _LEAST_FALL) * smoothed[0]:
            return None
        is_back = smoothed[lowest:] >= smoothed[0]
        cliff = lowest + int(np.argmax(is_back)) if is_back.any() else len(smoothed) - 1
        return float(self.rates[cliff] / 10)


def schedule_of(rate: float, head_rate: float) -> Schedule:
    """The sweep of a group that learns at `rate` where the head learns at `head_rate`."""
    return sweep_schedule(rate / head_rate, _LOWEST, _HIGHEST, _STEPS)


def sweep(model: keras.Model, epochs: Callable[[int], Batches], activity: str, saved: Path | None) -> Sweep:
    """Tries the rates in turn, one batch each, and leaves the weights as they were.

    Args:
        model: compiled with the schedules of `schedule_of`; needs to be compiled anew afterwards.
        epochs: the batches of each epoch of training; there are as many epochs as it takes.
        activity: what is reported as being under way.
        saved: a sweep that was made before is read from here, and a new one is written; `None`: neither.

    Raises:
        InputError: the loss is not a number, whatever the rate.
    """
    rates = np.geomspace(_LOWEST, _HIGHEST, _STEPS)
    like = {"losses": rates}
    arrays = current_team().from_chief(checkpoint.read(saved, like) if saved else None, like)
    if arrays is None:
        before = [np.array(variable) for variable in model.variables]
        losses = _losses(model, epochs, activity)
        for variable, value in zip(model.variables, before, strict=True):
            variable.assign(value)
        arrays = {"losses": np.pad(losses, (0, _STEPS - len(losses)), constant_values=np.nan)}
        if saved:
            checkpoint.write(saved, arrays)
    losses = arrays["losses"][np.isfinite(arrays["losses"])]
    return Sweep(rates[: len(losses)], losses)


def _losses(model: keras.Model, epochs: Callable[[int], Batches], activity: str) -> np.ndarray:
    """One for each rate, up to where training diverges."""
    starts = [_loss(model.test_on_batch, model, batch) for batch in _batches(epochs)]
    start = float(np.mean(starts))
    if not np.isfinite(start):
        raise InputError(
            "the loss is not a number before the training begins, so neither are all of the cached features. "
            "Check the weights of the backbone."
        )
    losses: list[float] = []
    for batch, own_start in zip(_batches(epochs), starts, strict=True):
        loss = start + _loss(model.train_on_batch, model, batch) - own_start
        progress.report(activity, len(losses) + 1, _STEPS)
        limit = np.inf if len(losses) < _HARMLESS else _DIVERGED * max(start, *losses[:_HARMLESS])
        if not loss < limit:
            break
        losses.append(loss)
    return np.array(losses)


def _batches(epochs: Callable[[int], Batches]) -> Iterator[Batch]:
    """One for each rate."""
    batches = (batches[index] for batches in map(epochs, count()) for index in range(len(batches)))
    return islice(batches, _STEPS)


def _loss(step: Callable[..., Any], model: keras.Model, batch: Batch) -> float:
    model.reset_metrics()  # else it would be the mean of all so far
    step(*batch)
    return float(model.get_metrics_result()["loss"])
