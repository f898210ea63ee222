"""What a policy is judged in: labelled pictures of test, or an environment's own episodes."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from components import features
from components.environments.costs import cost_table
from components.environments.decision import returns
from components.environments.glimpse import return_of
from components.environments.window import MOVES
from components.evaluator.returns.acting import act_out
from components.evaluator.returns.episodes import Episode
from components.evaluator.returns.playing import Answer, load_served, play_pictures, read_batches
from components.evaluator.returns.rivals import Answered, best_fixed, classifiers, in_order_of
from components.served import read_labels
from pipeline.errors import InputError
from pipeline.settings.environment import DECISION, GLIMPSE, EnvironmentConfig

Earned = dict[str, np.ndarray]
"""What a policy earns in each episode, float64 [episodes], by its name."""
Files = Mapping[str, Sequence[str]]


class Scene(Protocol):
    """Where episodes are played."""

    @property
    def about(self) -> dict[str, Any]:
        """`environment`, the `names` of the actions, `costs` where there are any."""

    def play(self, served: Answer) -> list[Episode]:
        """Every held-out episode, in the same order each time."""

    def rivals(self, episodes: Sequence[Episode]) -> tuple[Earned, Earned]:
        """What the best fixed action earns in these episodes, and what a classifier does."""


def scene_of(config: EnvironmentConfig, model: str, files: Files, columns: Sequence[str]) -> Scene:
    """The scene of an environment.

    Args:
        config: of the environment.
        model: folder of the exported policy, which knows its actions.
        files: TFRecords of eval and test.
        columns: of the data, that slices are made of.

    Raises:
        InputError: the cost table or the classifier does not fit the data.
    """
    names = read_labels(model)
    if config.id == DECISION:
        return _Decision(config, names, files, columns)
    if config.id == GLIMPSE:
        return _Glimpse(config, names, files, columns)
    return _Other(config, names)


class _Pictures:
    """One episode a picture of test."""

    def __init__(
        self, config: EnvironmentConfig, classes: Sequence[str], files: Files, columns: Sequence[str]
    ) -> None:
        self._config, self._files, self._columns = config, files, columns
        self._places = {name: place for place, name in enumerate(classes)}

    def _of(self, labels: Sequence[str]) -> np.ndarray:
        """int64 [pictures], places of their classes."""
        unknown = sorted(set(labels) - self._places.keys())
        if unknown:
            raise InputError(
                f"class `{unknown[0]}` has pictures in eval or test and none in train: the policy does "
                "not know it. Give it some, or take its pictures out."
            )
        return np.array([self._places[label] for label in labels], np.int64)

    @cached_property
    def _classifier(self) -> tuple[Answer, list[str]] | None:
        """What answers, and its classes; loaded once for both splits."""
        folder = self._config.classifier
        return None if folder is None else (load_served(folder), read_labels(folder))

    def _classified(self, split: str) -> Answered | None:
        """What the classifier says of a split, as far as there is one."""
        if self._classifier is None:
            return None
        served, known = self._classifier
        if sorted(known) != sorted(self._places):  # a trunk to go on from, that was pushed with other classes
            return None
        labels, probabilities = [], []
        for batch in read_batches(self._files[split], ()):
            labels += batch[features.LABEL]
            probabilities.append(served(batch[features.IMAGE])["probabilities"])
        ordered = in_order_of(list(self._places), known, np.concatenate(probabilities).astype(np.float64))
        return Answered(self._of(labels), ordered)


class _Decision(_Pictures):
    def __init__(
        self, config: EnvironmentConfig, names: Sequence[str], files: Files, columns: Sequence[str]
    ) -> None:
        super().__init__(config, names[:-1], files, columns)
        self._names = names
        self._costs = cost_table(config.decision, names[:-1])

    @property
    def about(self) -> dict[str, Any]:
        rows = zip(self._names, self._costs.tolist(), strict=False)
        costs = {label: dict(zip(self._names, row, strict=True)) for label, row in rows}
        return {"environment": DECISION, "names": list(self._names), "costs": costs}

    def play(self, served: Answer) -> list[Episode]:
        actions = {name: place for place, name in enumerate(self._names)}
        # The last blessed policy may know a class that is no longer there: no answer is worse.
        costs = np.column_stack([self._costs, self._costs.max(axis=1)])

        def reward(labels: Sequence[str], answers: Mapping[str, np.ndarray]) -> np.ndarray:
            taken = [actions.get(name.decode(), len(actions)) for name in answers["label"]]
            return returns(costs, self._of(labels), np.array(taken, np.int64))

        return play_pictures(served, self._files[features.TEST], self._columns, reward)

    def rivals(self, episodes: Sequence[Episode]) -> tuple[Earned, Earned]:
        labels = self._of([episode.label for episode in episodes])
        fixed = best_fixed(self._costs, labels, self._names)
        chosen_on, judged_on = self._classified(features.EVAL), self._classified(features.TEST)
        if chosen_on is None or judged_on is None:
            return fixed, {}
        return fixed, classifiers(self._costs, chosen_on, judged_on, self._names)


class _Glimpse(_Pictures):
    def __init__(
        self, config: EnvironmentConfig, names: Sequence[str], files: Files, columns: Sequence[str]
    ) -> None:
        super().__init__(config, names[len(MOVES) :], files, columns)
        self._names = names[len(MOVES) :]

    @property
    def about(self) -> dict[str, Any]:
        settings = self._config.glimpse
        return {
            "environment": GLIMPSE,
            "names": list(self._names),
            "window": settings.window,
            "positions": settings.positions,
            "budget": settings.budget,
        }

    def play(self, served: Answer) -> list[Episode]:
        def reward(labels: Sequence[str], answers: Mapping[str, np.ndarray]) -> np.ndarray:
            is_right = np.array([name.decode() for name in answers["label"]]) == np.array(labels)
            moves = answers["looks"] - 1 if "looks" in answers else np.zeros(len(labels), np.int64)
            return return_of(self._config.glimpse, is_right, moves)

        return play_pictures(served, self._files[features.TEST], self._columns, reward)

    def rivals(self, episodes: Sequence[Episode]) -> tuple[Earned, Earned]:
        labels = self._of([episode.label for episode in episodes])
        at_once = np.zeros(len(labels), np.int64)
        commonest = int(np.bincount(labels).argmax())
        fixed = {
            f"always {self._names[commonest]}": return_of(self._config.glimpse, labels == commonest, at_once)
        }
        judged_on = self._classified(features.TEST)
        if judged_on is None:
            return fixed, {}
        is_right = judged_on.probabilities.argmax(axis=1) == judged_on.labels
        return fixed, {"argmax of the classifier": return_of(self._config.glimpse, is_right, at_once)}


class _Other:
    def __init__(self, config: EnvironmentConfig, names: Sequence[str]) -> None:
        self._config, self._names = config, names

    @property
    def about(self) -> dict[str, Any]:
        return {"environment": self._config.id, "names": list(self._names)}

    def play(self, served: Answer) -> list[Episode]:
        return act_out(self._config, served, list(self._names))

    def rivals(self, episodes: Sequence[Episode]) -> tuple[Earned, Earned]:
        return {}, {}
