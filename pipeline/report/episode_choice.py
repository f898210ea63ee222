"""Which of a policy's episodes stand in the report with their pictures: those that say most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from components.evaluator.returns.episodes import Episode
from pipeline.settings.environment import ASK, DECISION, GLIMPSE

OF_A_KIND, OF_GLIMPSES = 12, 8
"""Of the latter each picture is larger."""


@dataclass(frozen=True)
class Group:
    """Episodes of one kind.

    Attributes:
        title: what they have in common.
        note: how they were chosen.
        none: what is to be said where there are none.
        total: how many there are of the kind.
        episodes: the chosen ones, in their order.
    """

    title: str
    note: str
    none: str
    total: int
    episodes: Sequence[Episode]


def choose_episodes(environment: str, episodes: Sequence[Episode]) -> list[Group]:
    """By kind; no kinds where the environment brings its own pictures.

    Args:
        environment: its name.
        episodes: all of them.
    """
    if not episodes:
        return []
    if environment == DECISION:
        return _of_decisions(episodes)
    return _of_glimpses(episodes) if environment == GLIMPSE else []


def _of_decisions(episodes: Sequence[Episode]) -> list[Group]:
    costly = sorted(
        (each for each in episodes if each.action != ASK and each.reward < 0),
        key=lambda each: (each.reward, -_sureness(each)),
    )
    asked = sorted((each for each in episodes if each.action == ASK), key=lambda each: -_sureness(each))
    return [
        _group("What cost most", "The costliest, of those the surest.", "No answer cost anything.", costly),
        _group(
            "Asked of a person",
            "Those that it was surest to ask about, of each class by turns.",
            "It answered every picture itself.",
            _by_turns(asked),
        ),
    ]


def _of_glimpses(episodes: Sequence[Episode]) -> list[Group]:
    surest = sorted(episodes, key=lambda each: -_sureness(each))
    wrong = [each for each in surest if each.action != each.label]
    right = _by_turns([each for each in surest if each.action == each.label])
    most = max(each.steps for each in episodes)
    long = [each for each in surest if each.steps == most > 1]
    return [
        _group("Wrong", "The surest of them.", "It answered every picture right.", wrong, OF_GLIMPSES),
        _group(
            "Right",
            "The surest, of each class by turns.",
            "It answered no picture right.",
            right,
            OF_GLIMPSES,
        ),
        _group(
            "The longest",
            f"With {most} glimpses, none took more.",
            "It never looked more than once.",
            _by_turns(long),
            OF_GLIMPSES,
        ),
    ]


def _group(title: str, note: str, none: str, episodes: Sequence[Episode], most: int = OF_A_KIND) -> Group:
    return Group(title, note, none, len(episodes), episodes[:most])


def _sureness(episode: Episode) -> float:
    """Its probability; there is none where the environment brings its own pictures."""
    return episode.probability or 0.0


def _by_turns(episodes: Iterable[Episode]) -> list[Episode]:
    """One of each class after the other, in their order."""
    by_label: dict[str, list[Episode]] = {}
    for episode in episodes:
        by_label.setdefault(episode.label, []).append(episode)
    return [each for rank in zip_longest(*by_label.values()) for each in rank if each is not None]
