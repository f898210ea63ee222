"""The weights to keep, the curve so far, and the checkpoint of a policy's phase.

The best judged weights are kept, of several the latest; those that the phase began with compete as well.
After each judgement one file is replaced, with all that a training needs to end as it would have ended.
"""

import math
from pathlib import Path

import keras
import numpy as np

from components.trainer import checkpoint
from components.trainer.averaging import Averager
from components.trainer.policy.curve import COLUMNS, Point, point_of

_COLLECTOR, _ACTIONS = "collector_", "collector_actions"


class PolicyKeeper:
    """Which weights to keep, and what to write down.

    Attributes:
        rollouts: done when the latest judgement was made.
        judgements: made so far.
        kept: the judgement whose weights are to be kept, from 0.
        best: its score.
    """

    def __init__(
        self,
        path: Path | None,
        network: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        averager: Averager,
        judgements: int,
    ) -> None:
        """
        Args:
            path: the checkpoint, an `.npz` of arrays only; `None` for a training that a kill may undo.
            network: learns.
            optimizer: of it, built.
            averager: knows the weights that are judged.
            judgements: that the phase makes at most.
        """
        self._path, self._network, self._optimizer = path, network, optimizer
        self._averager = averager
        self._curve = np.full((judgements, len(COLUMNS)), np.nan)
        self._kept = _values(network.variables)
        self.rollouts, self.judgements, self.kept, self.best = 0, 0, 0, -math.inf

    def restore(self, like: checkpoint.Arrays) -> checkpoint.Arrays | None:
        """Puts network and optimizer where the latest judgement left them.

        Args:
            like: a state of the phase's `Collector`, whatever its actions.

        Returns:
            The collector's state then; `None` where there is no checkpoint that fits.
        """
        expected = self._arrays(like)
        saved = checkpoint.read(self._path, expected, of_any_length={_ACTIONS}) if self._path else None
        if saved is None:
            return None
        self.rollouts, self.judgements, self.kept = (int(number) for number in saved["counters"])
        self.best, self._curve = float(saved["best"]), saved["curve"]
        self._kept = [saved[f"kept_{index}"] for index in range(len(self._kept))]
        for name, variables in self._parts().items():
            for index, variable in enumerate(variables):
                variable.assign(saved[f"{name}_{index}"])
        return {name: saved[_COLLECTOR + name] for name in like}

    def judged(self, row: list[float], rollouts: int, state: checkpoint.Arrays) -> None:
        """Takes a judgement down, and keeps the weights if none were better.

        Args:
            row: of the curve, see `row_of`.
            rollouts: done by now.
            state: of the collector.
        """
        self._curve[self.judgements] = row
        score = row[COLUMNS.index("score")]
        if score >= self.best:
            self.best, self.kept, self._kept = score, self.judgements, self._averager.judged()
        self.rollouts, self.judgements = rollouts, self.judgements + 1
        if self._path is not None:
            checkpoint.write(self._path, self._arrays(state))

    def keep(self) -> None:
        """Gives the network the weights to keep."""
        for variable, value in zip(self._network.variables, self._kept, strict=True):
            variable.assign(value)

    def curve(self) -> tuple[Point, ...]:
        """The judgements so far."""
        return tuple(point_of(row) for row in self._curve[: self.judgements].tolist())

    def _arrays(self, state: checkpoint.Arrays) -> checkpoint.Arrays:
        arrays = {f"kept_{index}": value for index, value in enumerate(self._kept)}
        for name, variables in self._parts().items():
            arrays |= {f"{name}_{index}": value for index, value in enumerate(_values(variables))}
        arrays |= {_COLLECTOR + name: value for name, value in state.items()}
        arrays["counters"] = np.array([self.rollouts, self.judgements, self.kept])
        arrays["best"], arrays["curve"] = np.array(self.best), self._curve
        return arrays

    def _parts(self) -> dict[str, list[keras.Variable]]:
        """Whatever an update changes."""
        return {
            "model": self._network.variables,
            "optimizer": self._optimizer.variables,
            "average": self._averager.variables,
        }


def _values(variables: list[keras.Variable]) -> list[np.ndarray]:
    return [np.array(variable) for variable in variables]
