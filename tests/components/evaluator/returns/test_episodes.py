"""Episodes on their way to the report."""

from pathlib import Path

from components.evaluator.returns.episodes import read_episodes, rewards_of, write_episodes
from tests.components.evaluator.returns.made import episode, episodes


def test_episodes_come_back_as_they_were(tmp_path: Path) -> None:
    written = [
        episode(-1.5, 0, path="ü\u2028\x85\n'\".jpg", columns={"site": "a=b,c"}),
        episode(2.0, 1, places=((1, 2), (0, 3)), steps=2, baseline=0.25),
    ]
    write_episodes(written, str(tmp_path))
    assert read_episodes(str(tmp_path)) == written


def test_rewards_keep_their_order() -> None:
    assert rewards_of(episodes(3, -1, 2)).tolist() == [3, -1, 2]
