"""KerasTuner's loop around our trials."""

from typing import Any

import keras_tuner
from keras_tuner.engine import trial as trial_module
from keras_tuner.errors import FailedTrialError, FatalError

from components import progress
from components.recipe import apply
from components.tuner.oracle import OBJECTIVE
from components.tuner.trial import Trials
from pipeline.errors import InputError
from pipeline.settings.trainer import TrainerConfig

_SHOWN = 5


class RecipeTuner(keras_tuner.Tuner):
    """Tries recipes, and shows the best ones."""

    def __init__(
        self, oracle: keras_tuner.Oracle, config: TrainerConfig, trials: Trials, directory: str
    ) -> None:
        """
        Args:
            oracle: says what is tried next.
            config: the recipe that it changes.
            trials: trains and judges.
            directory: for KerasTuner's own notes. A search is never taken up again: it would not end as one
                that was not interrupted.
        """
        super().__init__(oracle, directory=directory, project_name="search", overwrite=True)
        self._config, self._trials = config, trials

    def run_trial(self, trial: trial_module.Trial, **_: Any) -> dict[str, float]:
        """KerasTuner's hook: the loss of one recipe."""
        progress.report("trials", len(self.oracle.trials) - 1, self.oracle.max_trials)
        values = trial.hyperparameters.values
        try:
            loss = self._trials.loss(apply(self._config, values), is_deep="unfreeze" in values)
        except InputError as error:  # it diverged, and the next one need not
            raise FailedTrialError(str(error)) from error
        except Exception as error:
            # KerasTuner would note it as a bad recipe.
            raise FatalError(str(error)) from error
        return {OBJECTIVE: loss}

    def on_search_end(self) -> None:
        """KerasTuner's hook.

        Raises:
            InputError: no recipe could be trained.
        """
        trials = self.oracle.get_best_trials(self.oracle.max_trials)
        completed = [trial for trial in trials if trial.status == trial_module.TrialStatus.COMPLETED]
        if not completed:
            raise InputError("every trial of Tuner diverged. Lower the head_rate of trainer.phases.")
        progress.announce(trial_table(completed, len(trials)))


def trial_table(completed: list[trial_module.Trial], tried: int) -> str:
    """The best trials as text, a column each, and the config's own recipe.

    Args:
        completed: best first.
        tried: how many trials there were, those that diverged included.
    """
    shown = completed[:_SHOWN]
    own = [trial for trial in completed if int(trial.trial_id) == 0]
    rows = [("place", *(str(place + 1) for place in range(len(shown))), *("config" for _ in own))]
    trials = [*shown, *own]
    rows.append(("eval loss", *(f"{trial.score:.4f}" for trial in trials)))
    for name in dict.fromkeys(name for trial in trials for name in trial.hyperparameters.values):
        rows.append((name, *(_text(trial.hyperparameters.values.get(name)) for trial in trials)))
    lines = (f"  {name:<16}" + "".join(f"{cell:>10}" for cell in cells) for name, *cells in rows)
    return "\n".join([f"best of {tried} recipes", *lines])


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
