"""What is tried next: the user's own recipe, other heads, then deeper training.

A head trains on cached features in seconds; fine-tuning takes ten times as long. So heads are searched first,
and depths with the best of them. Where trials are left, further heads are fine-tuned, of each kind the best
one first: a head that is good on the frozen trunk need not be the one that fine-tuning improves most.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import keras_tuner
import numpy as np
from keras_tuner.engine import trial as trial_module
from keras_tuner.engine.hyperparameters import Choice
from keras_tuner.oracles import BayesianOptimizationOracle, RandomSearchOracle
from threadpoolctl import threadpool_limits

from components.recipe import Values
from pipeline.settings.tuner import TunerConfig

OBJECTIVE = "loss"
_TRIES = 100
"""Draws until a recipe counts as new; where they do not suffice, hardly any is left."""
_NOISE = 1e-2
"""Variance of a trial's loss, as a share of that of all trials: another seed moves it so much, and a
surrogate without noise would try the neighbours of one lucky trial only."""


def build_oracle(space: keras_tuner.HyperParameters, tuner: TunerConfig, seed: int) -> keras_tuner.Oracle:
    """The search; the same one for the same arguments.

    Args:
        space: what heads are drawn from.
        tuner: number of trials, algorithm, depths.
        seed: 0 or more.
    """
    # A trial that diverged is a result, and KerasTuner draws a seed of its own for 0.
    common = {
        "objective": keras_tuner.Objective(OBJECTIVE, "min"),
        "max_trials": tuner.trials,
        "max_consecutive_failed_trials": tuner.trials + 1,
        "hyperparameters": space,
        "seed": seed + 1,
    }
    if tuner.algorithm == "random" or set(tuner.search) == {"unfreeze"}:  # of nothing there is no surrogate
        return _RandomHeads(tuner.depths(), tuner.deep_trials(), **common)
    drawn = max((tuner.trials - tuner.deep_trials()) // 2, 1)
    return _BayesianHeads(
        tuner.depths(), tuner.deep_trials(), **common, num_initial_points=drawn, alpha=_NOISE
    )


class _HeadsFirst(keras_tuner.Oracle):
    """Stands before an oracle of KerasTuner's, which proposes heads."""

    def __init__(self, depths: Sequence[str], deep_trials: int, **settings: Any) -> None:
        """
        Args:
            depths: to try.
            deep_trials: the last ones, which fine-tune.
            settings: of the oracle.
        """
        super().__init__(**settings)
        self._depths, self._deep_trials = depths, deep_trials

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """KerasTuner's hook: the values of the next trial, if there is one."""
        values = self._head(trial_id)
        values = self._deeper() if values is None else values
        if values is None:
            return {"status": trial_module.TrialStatus.STOPPED}
        return {"status": trial_module.TrialStatus.RUNNING, "values": dict(values)}

    def _head(self, trial_id: str) -> Values | None:
        """One that was not tried yet; `None` where it is the depths' turn, or no head seems to be left."""
        if not self.trials:
            return self.hyperparameters.values
        if len(self.trials) >= self.max_trials - self._deep_trials:
            return None
        with threadpool_limits(1):  # on such small matrices, BLAS' threads wait for one another: 6 s a trial
            values = super().populate_space(trial_id)["values"]
        for _ in range(_TRIES):
            if values is not None and values not in _tried(self):
                return values
            values = self._random_values()
        return None

    def _deeper(self) -> Values | None:
        """A head and a depth that were not tried together; `None` where none is left, or enough were."""
        if sum("unfreeze" in values for values in _tried(self)) == self._deep_trials:
            return None
        done = [
            trial.hyperparameters.values
            for trial in self.get_best_trials(self.max_trials)
            if trial.status == trial_module.TrialStatus.COMPLETED
        ]
        heads = [values for values in done if "unfreeze" not in values]
        depths = [*(values["unfreeze"] for values in done if "unfreeze" in values), *self._depths]
        if not heads:
            return None
        wanted = [{**heads[0], "unfreeze": depth} for depth in self._depths]
        wanted += [{**head, "unfreeze": depths[0]} for head in best_of_each_kind(heads)]
        return next((values for values in wanted if values not in _tried(self)), None)


def _tried(oracle: keras_tuner.Oracle) -> list[Values]:
    return [trial.hyperparameters.values for trial in oracle.trials.values()]


def best_of_each_kind(heads: Sequence[Values]) -> list[Values]:
    """The best of each kind first, then the second ones; `heads` best first."""
    ranks: Counter[str] = Counter()
    ranked = []
    for place, values in enumerate(heads):
        kind = values.get("head", "")
        ranked.append((ranks[kind], place))
        ranks[kind] += 1
    return [heads[place] for _, place in sorted(ranked)]


class _Surrogate(BayesianOptimizationOracle):
    """KerasTuner's Gaussian process, asked of every recipe that there is.

    KerasTuner itself looks between them, from fifty starts, for seconds, and rounds what it finds.
    """

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """KerasTuner's hook: at random while few were tried, then the most promising of the others."""
        completed = sum(trial.status == trial_module.TrialStatus.COMPLETED for trial in self.trials.values())
        left = self._left() if completed >= self.num_initial_points else []
        if not left:
            found: dict[str, Any] = self._random_populate_space()
            return found
        self.gpr.fit(*self._vectorize_trials())
        searched = self._nonfixed_space()
        places = np.array([[each.value_to_prob(values[each.name]) for each in searched] for values in left])
        loss, deviation = self.gpr.predict(places, return_std=True)
        best = int(np.argmin(loss - self.beta * deviation))
        return {"status": trial_module.TrialStatus.RUNNING, "values": left[best]}

    def _left(self) -> list[Values]:
        """All recipes of the space but those that were tried: thousands, not more."""
        space = self.hyperparameters.space
        choices = [each.values if isinstance(each, Choice) else [each.value] for each in space]
        tried = _tried(self)
        every = (
            dict(zip((each.name for each in space), values, strict=True)) for values in product(*choices)
        )
        return [values for values in every if values not in tried]


class _BayesianHeads(_HeadsFirst, _Surrogate):
    """Gaussian process over the heads that were tried."""


class _RandomHeads(_HeadsFirst, RandomSearchOracle):
    """Heads at random."""
