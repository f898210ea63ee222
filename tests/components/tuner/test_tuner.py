"""The search's loop: what it does with a trial that fails, and what it shows at the end."""

from pathlib import Path
from typing import Any, cast

import pytest
from keras_tuner.errors import FatalError

from components import progress
from components.tuner.oracle import build_oracle
from components.tuner.search_space import search_space
from components.tuner.trial import Trials
from components.tuner.tuner import RecipeTuner
from pipeline.errors import InputError
from pipeline.settings.trainer import TrainerConfig
from pipeline.settings.tuner import TunerConfig

CONFIG = TrainerConfig()
TUNER = TunerConfig(trials=7, algorithm="random", search=("head", "dropout", "unfreeze"), unfreeze=("top",))


class _Trials:
    """Judges by a rule; notes the recipes."""

    def __init__(self, rule: Any) -> None:
        self.seen: list[tuple[TrainerConfig, bool]] = []
        self._rule = rule

    def loss(self, recipe: TrainerConfig, is_deep: bool) -> float:
        self.seen.append((recipe, is_deep))
        return float(self._rule(recipe, is_deep))


def _rule(recipe: TrainerConfig, is_deep: bool) -> float:
    return 0.3 + recipe.dropout / 10 - 0.2 * is_deep


class _Listener:
    def __init__(self) -> None:
        self.reports: list[tuple[str, int, int]] = []
        self.texts: list[str] = []

    def on_progress(self, activity: str, done: int, total: int) -> None:
        self.reports.append((activity, done, total))

    def on_announcement(self, text: str) -> None:
        self.texts.append(text)


def _search(folder: Path, rule: Any) -> tuple[RecipeTuner, _Trials, _Listener]:
    trials, listener = _Trials(rule), _Listener()
    oracle = build_oracle(search_space(CONFIG, TUNER), TUNER, seed=5)
    tuner = RecipeTuner(oracle, CONFIG, cast(Trials, trials), str(folder))
    with progress.listening(listener):
        tuner.search(verbose=0)
    return tuner, trials, listener


def test_search_finds_the_best_recipe_and_shows_it(tmp_path: Path) -> None:
    tuner, trials, listener = _search(tmp_path, _rule)
    best = tuner.get_best_hyperparameters()[0].values
    assert best["unfreeze"] == "top"
    head = min((recipe for recipe, is_deep in trials.seen if not is_deep), key=lambda recipe: recipe.dropout)
    assert (best["head"], best["dropout"]) == (head.head, head.dropout)
    assert [is_deep for _, is_deep in trials.seen] == [False] * 6 + [True]
    assert trials.seen[-1][0].phases[-1].unfreeze == "top"
    assert listener.reports == [("trials", done, 7) for done in range(7)]
    (text,) = listener.texts
    title, *rows = text.splitlines()
    assert title == "best of 7 recipes"
    table = {row[:18].strip(): row[18:].split() for row in rows}
    assert table["place"] == ["1", "2", "3", "4", "5", "config"]
    assert table["eval loss"] == [*sorted(table["eval loss"][:5]), "0.3200"]
    assert (table["unfreeze"][0], table["unfreeze"][-1]) == ("top", "-")
    assert (table["head"][0], table["dropout"][-1]) == (head.head, "0.2")
    assert max(map(len, rows)) <= 80


def test_interrupted_search_starts_anew(tmp_path: Path) -> None:
    def interrupt(recipe: TrainerConfig, is_deep: bool) -> float:
        if is_deep:
            raise KeyboardInterrupt
        return 0.0

    with pytest.raises(KeyboardInterrupt):
        _search(tmp_path, interrupt)
    _, trials, _ = _search(tmp_path, _rule)
    assert len(trials.seen) == 7


def test_recipe_that_diverges_is_passed_over(tmp_path: Path) -> None:
    def diverges(recipe: TrainerConfig, is_deep: bool) -> float:
        if recipe.head != "linear":
            raise InputError("training diverged")
        return _rule(recipe, is_deep)

    tuner, trials, _ = _search(tmp_path, diverges)
    assert {recipe.head for recipe, _ in trials.seen} > {"linear"}
    assert tuner.get_best_hyperparameters()[0].values["head"] == "linear"


def test_search_in_which_all_diverge(tmp_path: Path) -> None:
    def diverges(*_: Any) -> float:
        raise InputError("training diverged")

    with pytest.raises(InputError, match="every trial of Tuner diverged. Lower the head_rate"):
        _search(tmp_path, diverges)


def test_defect_ends_the_search_at_once(tmp_path: Path) -> None:
    def breaks(*_: Any) -> float:
        raise OSError("No space left on device")

    with pytest.raises(FatalError, match="No space") as caught:
        _search(tmp_path, breaks)
    assert isinstance(caught.value.__cause__, OSError)
