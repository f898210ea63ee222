"""Held-out pictures are played in their order, each once, by the signature that serves."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from components.evaluator.returns.playing import load_served, play_pictures, read_batches
from tests.components.evaluator.returns.told import (
    CANDIDATE,
    CLASSES,
    CLASSIFIER,
    LOOKS,
    ROWS,
    Told,
    served_of,
    write_split,
)


def _right(labels: Sequence[str], answers: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.array([name.decode() for name in answers["label"]]) == np.array(labels)


def test_an_episode_a_picture_in_the_order_of_the_files(tmp_path: Path) -> None:
    files = write_split(tmp_path, [ROWS[:2], [], ROWS[2:]])
    episodes = play_pictures(
        served_of(CLASSES, CLASSIFIER), files[::-1], ["site"], lambda *given: _right(*given) * 2.5
    )
    assert [episode.path for episode in episodes] == ["0/0.jpg", "0/1.jpg", "2/0.jpg", "2/1.jpg", "2/2.jpg"]
    assert [(each.label, each.columns) for each in episodes] == [
        (label, {"site": site}) for label, site, _ in ROWS
    ]
    assert [episode.action for episode in episodes] == ["cat", "cat", "dog", "cat", "dog"]
    assert [episode.reward for episode in episodes] == [2.5, 2.5, 2.5, 0, 2.5]
    sure = [episode.probability for episode in episodes]
    np.testing.assert_allclose(np.array(sure, float), [0.9, 0.8, 0.7, 0.6, 0.55], atol=1e-6)
    assert {(each.steps, each.places, each.baseline) for each in episodes} == {(1, (), None)}


def test_glimpses_as_many_as_were_taken(tmp_path: Path) -> None:
    files = write_split(tmp_path, [ROWS])
    served = served_of(CLASSES, CLASSIFIER, LOOKS)
    episodes = play_pictures(served, files, [], lambda labels, _: np.zeros(len(labels)))
    assert [episode.steps for episode in episodes] == [1, 2, 3, 1, 2]
    way = ((2, 2), (1, 2), (1, 3))
    assert [episode.places for episode in episodes] == [way[:looks] for looks in (1, 2, 3, 1, 2)]
    assert {len(episode.columns) for episode in episodes} == {0}


@pytest.mark.parametrize("count", [31, 32, 33, 70])
def test_more_pictures_than_a_batch_are_each_played_once(tmp_path: Path, count: int) -> None:
    files = write_split(tmp_path, [[ROWS[place % 5] for place in range(count)]])
    assert max(len(batch["path"]) for batch in read_batches(files, ())) <= 32
    episodes = play_pictures(served_of(CLASSES, CLASSIFIER), files, [], _right)
    assert [episode.path for episode in episodes] == [f"0/{place}.jpg" for place in range(count)]
    assert [bool(episode.reward) for episode in episodes] == [place % 5 != 3 for place in range(count)]


def test_columns_that_pictures_lack_are_empty(tmp_path: Path) -> None:
    (batch,) = read_batches(write_split(tmp_path, [ROWS[:1]]), ["site", "shade"])
    assert (batch["site"], batch["shade"], batch["image"]) == (["north"], [""], [b"cat|cat|cat|1|0.9"])


def test_a_policy_is_played_as_it_is_served(tmp_path: Path) -> None:
    Told(CLASSES, CANDIDATE, LOOKS).save(str(tmp_path / "model"))
    contents = [words.encode() for _, _, words in ROWS[:3]]
    loaded = load_served(str(tmp_path / "model"))
    ours, direct = loaded(contents), served_of(CLASSES, CANDIDATE, LOOKS)(contents)
    assert ours.keys() == direct.keys()
    for name, value in ours.items():
        np.testing.assert_array_equal(value, direct[name])
