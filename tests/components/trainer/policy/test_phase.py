"""One phase: its curve, its kept weights, and that a kill changes none of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from components import progress
from components.trainer.model import LayerGroup
from components.trainer.policy.judging import Episode
from components.trainer.policy.phase import PolicyPhaseResult, World, train_phase
from components.trainer.policy.rates import optimizer_of
from pipeline.errors import InputError
from pipeline.policy_config import PolicyConfig, PolicyPhaseConfig
from tests.components.trainer.policy.worlds import Bandit, Walk, small_network, vector

COUNT, EACH = 3, 4 * 3
CONFIG = PolicyConfig(rollout=4, batch_size=5, passes=2, judged_every=2)
PHASE = PolicyPhaseConfig(name="head", steps=80, head_rate=0.01)
"""Seven rollouts, and judgements after 0, 2, 4, 6 and 7 of them."""
ROLLOUTS, JUDGED = 7, [0, 2, 4, 6, 7]


def encode(observations: np.ndarray) -> list[np.ndarray]:
    return [(observations * [2e-10, 0.1, 0.1]).astype(np.float32)]


WORLD = World(lambda: vector(Walk, COUNT), lambda: vector(Walk, 4), encode, episodes=6, algorithm="ppo")


class Watcher:
    """Notes what it is told of, and ends the training after `killed_at` rollouts."""

    def __init__(self, killed_at: int | None = None) -> None:
        self.reports: list[tuple[str, int, int]] = []
        self.texts: list[str] = []
        self._killed_at = killed_at

    def on_progress(self, activity: str, done: int, total: int) -> None:
        self.reports.append((activity, done, total))
        if done == self._killed_at:
            raise KeyboardInterrupt

    def on_announcement(self, text: str) -> None:
        self.texts.append(text)


@dataclass
class Trained:
    network: keras.Model
    result: PolicyPhaseResult

    def weights(self) -> list[np.ndarray]:
        return [np.array(each) for each in self.network.variables]


def train(checkpoint: Path | None = None, watcher: Watcher | None = None, **changes: Any) -> Trained:
    """One process: trains the phase, or what is left of it."""
    network = small_network(3, 3, hidden=6)
    phase = PHASE.model_copy(update=changes.pop("phase", {}))
    world = replace(WORLD, **changes.pop("world", {}))
    groups = [
        LayerGroup("head", tuple(network.variables), tuple(network.trainable_variables), phase.head_rate)
    ]
    with progress.listening(watcher or Watcher()):
        result = train_phase(
            *(network, world, CONFIG, phase, groups, optimizer_of(phase, groups)),
            **{"seed": 3, "checkpoint": checkpoint, **changes},
        )
    return Trained(network, result)


def _equal(one: Trained, other: Trained) -> bool:
    same = map(np.array_equal, one.weights(), other.weights())
    return one.result == other.result and all(same)


@pytest.fixture(scope="module")
def straight() -> Callable[[str], Trained]:
    """What comes of it when nobody interrupts; made once."""
    return cache(lambda algorithm: train(world={"algorithm": algorithm}))


def test_tells_its_curve(straight: Any) -> None:
    result = straight("ppo").result
    assert [point["steps"] for point in result.curve] == [EACH * rollouts for rollouts in JUDGED]
    assert (result.name, result.steps) == ("head", EACH * ROLLOUTS)
    first, *others = result.curve
    assert (first["episodes"], first["train_return"], first["entropy"]) == (0, None, None)
    for point in others:
        assert None not in point.values()
        assert point["eval_return"] == point["score"]
    # Its weights moved: what it judges is not the same for ever.
    assert len({point["entropy"] for point in others}) == len(others)
    assert result.score == result.eval_return == max(point["score"] or 0 for point in result.curve)
    assert [(layer["name"], layer["rate"]) for layer in result.layers] == [("head", 0.01)]


def test_reports_its_rollouts_and_shows_its_table(tmp_path: Path) -> None:
    watcher = Watcher()
    train(watcher=watcher, logs=str(tmp_path / "logs"))
    assert watcher.reports == [("head", done, ROLLOUTS) for done in range(1, ROLLOUTS + 1)]
    assert watcher.texts[0].startswith("phase head\n")
    assert len(list((tmp_path / "logs").glob("events*"))) == 1


def test_steps_of_earlier_phases_are_counted_on() -> None:
    points = train(observed=1000).result.curve
    assert [point["observed"] for point in points] == [1000 + EACH * rollouts for rollouts in JUDGED]


def test_is_the_same_again_and_another_by_another_seed_or_name(straight: Any) -> None:
    assert _equal(straight("ppo"), train())
    curves = {
        str([point["train_return"] for point in each.result.curve])
        for each in (straight("ppo"), train(seed=4), train(phase={"name": "more"}))
    }
    assert len(curves) == 3


@pytest.mark.parametrize(
    ("algorithm", "killed_at"), [("ppo", 1), ("ppo", 2), ("ppo", 6), ("ppo", 7), ("reinforce", 3)]
)
def test_killed_phase_ends_bit_identical(
    tmp_path: Path, straight: Any, algorithm: str, killed_at: int
) -> None:
    path, world = tmp_path / "phase.npz", {"algorithm": algorithm}
    with pytest.raises(KeyboardInterrupt):
        train(path, Watcher(killed_at), world=world)
    watcher = Watcher()
    resumed = train(path, watcher, world=world)
    done = max(judged for judged in JUDGED if judged < killed_at)
    assert [report[1] for report in watcher.reports] == list(range(done + 1, ROLLOUTS + 1))
    assert _equal(straight(algorithm), resumed)


def test_killed_again_and_again_even_while_it_judges(tmp_path: Path, straight: Any) -> None:
    path = tmp_path / "phase.npz"
    for _ in JUDGED[1:]:
        calls = []

        def score(episodes: Sequence[Episode], calls: list[int] = calls) -> float:
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return float(np.mean([episode.reward for episode in episodes]))

        # The first judgement of a process is taken down, the second kills it.
        with pytest.raises(KeyboardInterrupt):
            train(path, world={"score": score})
    assert _equal(straight("ppo"), train(path))


REALLY_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.components.trainer.policy.test_phase import Watcher, train

class Killer(Watcher):
    def on_progress(self, activity, done, total):
        if done == 6:
            os.kill(os.getpid(), signal.SIGKILL)

train(Path(sys.argv[1]), Killer())
"""


def test_really_killed_process_ends_bit_identical(tmp_path: Path, straight: Any) -> None:
    path = tmp_path / "phase.npz"
    done = subprocess.run([sys.executable, "-c", REALLY_KILLED, str(path)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    watcher = Watcher()
    assert _equal(straight("ppo"), train(path, watcher))
    assert watcher.reports[0][1] == 5


@pytest.mark.parametrize("cut", [0, 100, -1])
def test_damaged_checkpoint_is_as_none(tmp_path: Path, straight: Any, cut: int) -> None:
    path = tmp_path / "phase.npz"
    with pytest.raises(KeyboardInterrupt):
        train(path, Watcher(5))
    path.write_bytes(path.read_bytes()[:cut])
    assert _equal(straight("ppo"), train(path))


def test_finished_phase_does_not_train_again(tmp_path: Path) -> None:
    path = tmp_path / "phase.npz"
    trained, watcher = train(path), Watcher()
    assert _equal(trained, train(path, watcher))
    assert not watcher.reports


def _scripted(scores: list[float]) -> Callable[[Sequence[Episode]], float]:
    left = iter(scores)
    return lambda episodes: next(left)


@pytest.mark.parametrize(
    ("scores", "kept"),
    [([1, 2, 9, 3, 4], 4), ([1, 9, 9, 3, 4], 4), ([9, 1, 2, 3, 4], 0), ([1, 2, 3, 4, 5], 7)],
)
def test_keeps_the_latest_of_the_best(scores: list[float], kept: int) -> None:
    trained = train(world={"score": _scripted(scores)})
    assert (trained.result.kept_step, trained.result.score) == (kept * EACH, max(scores))
    kept_point = trained.result.curve[JUDGED.index(kept)]
    assert trained.result.eval_return == kept_point["eval_return"]
    # Training that is stopped there has the same weights.
    stopped = train(until=max(scores), world={"score": _scripted([0] * JUDGED.index(kept) + [9] * 9)})
    if scores.count(9) < 2:
        assert all(map(np.array_equal, trained.weights(), stopped.weights()))


def test_ends_where_it_reaches_what_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "phase.npz"
    scores, watcher = [0.0, 0.5, 0.9, 0.95], Watcher()
    stopped = train(path, watcher, until=0.9, world={"score": _scripted(scores)})
    assert (stopped.result.steps, stopped.result.kept_step) == (4 * EACH, 4 * EACH)
    assert len(stopped.result.curve) == 3
    again = Watcher()
    assert _equal(stopped, train(path, again, until=0.9, world={"score": _scripted([])}))
    assert (len(watcher.reports), len(again.reports)) == (4, 0)


def test_no_steps_are_one_judgement() -> None:
    before = [np.array(each) for each in small_network(3, 3, hidden=6).variables]
    trained = train(phase={"steps": 0})
    assert (trained.result.steps, len(trained.result.curve)) == (0, 1)
    assert all(map(np.array_equal, before, trained.weights()))


def test_diverged_training_says_what_to_do(tmp_path: Path) -> None:
    def wild(updates: int) -> keras.optimizers.Optimizer:
        return keras.optimizers.SGD(1e38)

    network = small_network(3, 3)
    with pytest.raises(
        InputError, match=r"diverged after \d+ steps of phase `head`: .*Lower head_rate \(1\.0e-02"
    ):
        train_phase(network, WORLD, CONFIG, PHASE, [], wild, seed=0)


def test_all_observations_of_training_are_encoded_once_and_environments_closed() -> None:
    made: list[SyncVectorEnv] = []
    seen: list[tuple[float, ...]] = []

    def noted(count: int) -> SyncVectorEnv:
        made.append(vector(Walk, count))
        return made[-1]

    def counting(observations: np.ndarray) -> list[np.ndarray]:
        if len(observations) != 4:  # those that are judged are seen at each judgement
            seen.extend(map(tuple, observations.tolist()))
        return encode(observations)

    world = {"train": lambda: noted(COUNT), "held_out": lambda: noted(4), "encode": counting}
    with pytest.raises(KeyboardInterrupt):
        train(watcher=Watcher(ROLLOUTS), world=world)
    assert len(set(seen)) == len(seen) >= EACH * ROLLOUTS + COUNT
    assert [envs.closed for envs in made] == [True, True]


def test_finds_the_best_arm_whatever_it_is_called() -> None:
    network = small_network(1, 3)
    envs = [
        lambda count=count: vector(lambda: Bandit((0.1, 0.9, 0.3), 0.2, first=7), count) for count in (16, 4)
    ]
    world = World(*envs, lambda seen: [seen], episodes=8, algorithm="reinforce")
    config = PolicyConfig(rollout=4, judged_every=5)
    phase = PolicyPhaseConfig(name="arms", steps=16 * 4 * 40)
    result = train_phase(
        network, world, config, phase, [], lambda updates: keras.optimizers.Adam(0.05), seed=1, until=2.0
    )
    assert result.eval_return == pytest.approx(0.9, abs=0.25)
    assert int(np.argmax(network(np.ones((1, 1)))[0])) == 1
