"""Which test pictures stand in the report: the mistakes first, the surest of them before all others.

The file must stay small enough to be sent, so that some are left out; the report says how many, everywhere.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from PIL import Image

from components.answers import Answers
from components.features import LABEL, TEST
from components.stored_pictures import StoredPicture, stored_pictures
from pipeline.prediction.explain import overlay
from pipeline.report.episode_choice import choose_episodes
from pipeline.report.material import Material
from pipeline.report.thumbnails import SIDE, thumbnails
from pipeline.settings.environment import GLIMPSE

MOST_PICTURES = 600
MOST_BYTES = 4_500_000
"""Of the pictures that the matrix shows; the whole file is to stay below 10 MB."""
OF_A_KIND = 48
"""Right answers of a class, pictures won, lost, or under suspicion."""
_AT_ONCE = 64


@dataclass(frozen=True)
class Album:
    """Small versions of some pictures: of test, and those whose labels are doubtful.

    Attributes:
        shown: by path, in the order in which they were chosen.
        overlays: by path, a few of them with what the model looked at laid over them.
        is_there: whether the pictures of the test split are still on this machine.
    """

    shown: Mapping[str, str]
    overlays: Mapping[str, str]
    is_there: bool


NO_PICTURES = Album({}, {}, is_there=False)


def make_album(material: Material) -> Album:
    """Chooses them, and makes them small."""
    stored = {each.path: each for each in stored_pictures(material.split_files(TEST))}
    if not stored or (material.answers is None and not material.episodes):
        return Album({}, {}, bool(stored))
    stored |= _elsewhere(material)
    side = 2 * SIDE if material.evaluation.get("environment") == GLIMPSE else SIDE
    small = dict(_small((stored[path] for path in _wanted(material) if path in stored), side))
    hot = [(stored[path], heat) for path, heat in material.heat.items() if path in small]
    drawn = thumbnails(hot, lambda each: _explained(*each))
    overlays = {each.path: small for (each, _), small in zip(hot, drawn, strict=True) if small is not None}
    return Album(small, overlays, is_there=True)


def _wanted(material: Material) -> dict[str, None]:
    """Paths, each once, those first that the report speaks of."""
    if material.answers is not None:
        return dict.fromkeys((*_named(material), *_of_answers(material.answers)))
    chosen = choose_episodes(material.evaluation["environment"], material.episodes)
    return dict.fromkeys(episode.path for group in chosen for episode in group.episodes)


def _elsewhere(material: Material) -> dict[str, StoredPicture]:
    """The doubtful labels' pictures that lie in other splits."""
    doubtful = material.suspects[:OF_A_KIND]
    paths = {suspect.path for suspect in doubtful if suspect.split != TEST}
    splits = sorted({suspect.split for suspect in doubtful} - {TEST})
    everywhere = (each for split in splits for each in stored_pictures(material.split_files(split)))
    return {each.path: each for each in everywhere if each.path in paths}


def _explained(stored: StoredPicture, heat: np.ndarray) -> bytes:
    """A picture with the heat laid over it, as PNG."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(stored.read())) as picture:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))
        picture.thumbnail((2 * SIDE, 2 * SIDE))
        overlay(picture, heat).save(buffer, "PNG")
    return buffer.getvalue()


def _named(material: Material) -> Iterator[str]:
    """Those of which the report speaks by name."""
    for verdict in material.verdicts:
        yield from (picture["path"] for picture in verdict["pictures"])
    comparison: dict[str, Any] = material.evaluation.get("comparison", {})
    for kind in ("lost", "won"):
        yield from comparison.get(kind, ())[:OF_A_KIND]
    yield from (suspect.path for suspect in material.suspects[:OF_A_KIND])


def _of_answers(answers: Answers) -> Iterator[str]:
    """Mistakes, the surest of each cell by turns; then right answers, the least sure by turns."""
    cells: dict[tuple[int, int], list[int]] = {}
    sureness = answers.probabilities.max(axis=1)
    for row in np.argsort(-sureness, kind="stable").tolist():
        cells.setdefault((int(answers.labels[row]), int(answers.answered[row])), []).append(row)
    wrong = [rows for (label, answer), rows in cells.items() if label != answer]
    right = [rows[::-1][:OF_A_KIND] for (label, answer), rows in cells.items() if label == answer]
    for row in (*_by_turns(wrong), *_by_turns(right)):
        yield str(answers.paths[row])


def _by_turns(cells: Sequence[Sequence[int]]) -> Iterator[int]:
    for rank in zip_longest(*cells):
        yield from (row for row in rank if row is not None)


def _small(chosen: Iterable[StoredPicture], side: int) -> Iterator[tuple[str, str]]:
    """Path and thumbnail, until there are enough of them."""
    remaining, room = list(chosen)[:MOST_PICTURES], MOST_BYTES
    for start in range(0, len(remaining), _AT_ONCE):
        some = remaining[start : start + _AT_ONCE]
        for stored, small in zip(some, thumbnails(some, StoredPicture.read, side), strict=True):
            if small is not None:
                room -= len(small)
                if room < 0:
                    return
                yield stored.path, small


def mistakes(answers: Answers) -> list[dict[str, Any]]:
    """All of them, the surest first: `path`, `label`, `answer`, `probability`, and that of the `label`."""
    sureness, answered = answers.probabilities.max(axis=1), answers.answered
    found = []
    for row in answers.mistakes().tolist():
        place = int(answers.labels[row])
        found.append(
            {
                "path": str(answers.paths[row]),
                "label": str(answers.columns[LABEL][row]),
                "answer": answers.names[answered[row]],
                "probability": float(sureness[row]),
                "of_label": float(answers.probabilities[row, place]) if place < len(answers.names) else None,
            }
        )
    return found
