"""What a policy did in each held-out episode, and what it earned. Imports neither TensorFlow nor TFX."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from components.artifact_file import place_in

FILE = "episodes.jsonl"
"""In the `evaluation` artifact: an episode a line."""


@dataclass(frozen=True)
class Episode:
    """One episode, from its beginning to its end.

    Attributes:
        path: of its picture, below the data root; where the environment has none, its seed.
        label: the picture's class; empty where there is none.
        columns: the picture's slices.
        action: the last one, by name.
        probability: of that action, as served; `None` where the environment brings its own pictures.
        reward: of all steps together.
        steps: how many there were.
        places: column and row of each glimpse, in their order; none elsewhere.
        baseline: what the last blessed policy earned here; `None` where there is none.
    """

    path: str
    label: str
    columns: dict[str, str]
    action: str
    probability: float | None
    reward: float
    steps: int
    places: tuple[tuple[int, int], ...] = ()
    baseline: float | None = None


def rewards_of(episodes: Sequence[Episode]) -> np.ndarray:
    """float64 [episodes], in their order."""
    return np.array([episode.reward for episode in episodes], np.float64)


def write_episodes(episodes: Iterable[Episode], evaluation: str) -> None:
    """Writes them into the artifact with this uri."""
    system, path = place_in(evaluation, FILE)
    with system.open_output_stream(path) as file:
        for episode in episodes:
            file.write((json.dumps(asdict(episode), ensure_ascii=False) + "\n").encode())


def read_episodes(evaluation: str) -> list[Episode]:
    """What `write_episodes` wrote."""
    return list(_read(evaluation))


def _read(evaluation: str) -> Iterator[Episode]:
    system, path = place_in(evaluation, FILE)
    with system.open_input_stream(path) as file:
        for line in file.read().decode().removesuffix("\n").split("\n"):
            fields: dict[str, Any] = json.loads(line)
            places = tuple((column, row) for column, row in fields.pop("places"))
            yield Episode(**fields, places=places)
