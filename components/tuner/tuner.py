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
from pipeline.trainer_config import TrainerConfig

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
    """The best trials as text.

    Args:
        completed: best first.
        tried: how many trials there were, those that diverged included.
    """
    names = list(dict.fromkeys(name for trial in completed for name in trial.hyperparameters.values))
    rows = [("trial", "eval loss", *names)]
    for trial in completed[:_SHOWN]:
        values = (_text(trial.hyperparameters.values.get(name)) for name in names)
        rows.append((trial.trial_id, f"{trial.score:.4f}", *values))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    own = min(completed, key=lambda trial: trial.trial_id)
    note = f"trial {own.trial_id} is the config's own recipe: {own.score:.4f}"
    return "\n".join([f"best of {tried} recipes", *lines, note])


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
