"""One phase: its curve, its kept weights, and where it ends."""

from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from components.environments.judging import Played
from components.trainer.policy.phase import World, train_phase
from pipeline.errors import InputError
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig
from tests.components.trainer.policy.small_phase import (
    CONFIG,
    COUNT,
    EACH,
    JUDGED,
    PHASE,
    ROLLOUTS,
    WORLD,
    Trained,
    Watcher,
    are_equal,
    encode,
    train,
)
from tests.components.trainer.policy.worlds import Bandit, Walk, small_network, vector


@pytest.fixture(scope="module")
def straight() -> Trained:
    """The phase as it is, trained once."""
    return train()


def test_tells_its_curve(straight: Trained) -> None:
    result = straight.result
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


def test_is_the_same_again_and_another_by_another_seed_or_name(straight: Trained) -> None:
    assert are_equal(straight, train())
    curves = {
        str([point["train_return"] for point in each.result.curve])
        for each in (straight, train(seed=4), train(phase={"name": "more"}))
    }
    assert len(curves) == 3


def _scripted(scores: list[float]) -> Callable[[Sequence[Played]], float]:
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
    assert are_equal(stopped, train(path, again, until=0.9, world={"score": _scripted([])}))
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


def test_reinforce_is_judged_by_the_average_and_learns_from_the_latest() -> None:
    chosen: dict[str, list[tuple[int, ...]]] = {"ema": [], "none": []}

    def trained(averaging: str) -> Trained:
        def noted(episodes: Sequence[Played]) -> float:
            chosen[averaging].append(sum((each.actions for each in episodes), ()))
            return float(len(chosen[averaging]))

        return train(
            config={"averaging": averaging},
            world={"algorithm": "reinforce", "score": noted},
            phase={"steps": 400},
        )

    averaged, latest = trained("ema"), trained("none")
    # What acted in training, and what it learnt, are the same; what was judged and kept, are not.
    assert [point["train_return"] for point in averaged.result.curve] == [
        point["train_return"] for point in latest.result.curve
    ]
    assert not any(map(np.array_equal, averaged.weights(), latest.weights()))
    assert chosen["ema"] != chosen["none"]
