"""Tasks: what each shows to a policy is what the phase's part of the network starts from."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from components.backbone.cut import HEAD, PIXELS, cut_for
from components.environments.window import MOVES, numbers_count
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, open_store
from components.trainer.policy.eyes import fitted
from components.trainer.policy.tasks import Foreign, Task, Whole, Windowed, task_of
from pipeline.errors import InputError
from pipeline.settings.environment import ASK, GLIMPSE, DecisionConfig, EnvironmentConfig, GlimpseConfig
from pipeline.settings.policy import PolicyConfig
from tests.components.records import png, write_records
from tests.components.trainer.policy.seeing import tiny_policy
from tests.components.trainer.tiny import SIZE, TinyBackbone, write_tiny_stores

CLASSES = ("cat", "dog", "hen")
UNFREEZES = [HEAD, "top", "block_1", "stem"]


class Noise(gymnasium.Env):
    """Pictures of noise, of a shape."""

    def __init__(self, shape: tuple[int, ...] = (SIZE, SIZE, 3)) -> None:
        self.observation_space = gymnasium.spaces.Box(0, 255, shape, np.uint8)
        self.action_space = gymnasium.spaces.Discrete(4)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        return self._seen(), {}

    def step(self, action: Any) -> Any:
        return self._seen(), 0.0, False, False, {}

    def _seen(self) -> np.ndarray:
        return self.np_random.integers(0, 256, self.observation_space.shape, np.uint8)


gymnasium.register("graft-tests/Noise-v0", Noise)


def _foreign(count: int = 5, **arguments: Any) -> Foreign:
    config = EnvironmentConfig(id="graft-tests/Noise-v0", arguments=arguments, count=count)
    task = task_of(config, PolicyConfig(episodes=7), [], [], SIZE)
    assert isinstance(task, Foreign)
    return task


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Cached views, cut at block_0."""
    root = tmp_path_factory.mktemp("stores")
    write_tiny_stores(root, "block_0", pictures=6)
    return [str(root / f"Split-{split}") for split in ("train", "eval")]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The pictures themselves: six to train on, three held out."""
    root = tmp_path_factory.mktemp("records")
    draws = np.random.default_rng(4)
    for split, count in (("train", 6), ("eval", 3)):
        rows = [
            (f"{number:064x}", CLASSES[number % 3], png(draws.integers(0, 256, (30, 40, 3), np.uint8)))
            for number in range(count)
        ]
        (root / split).mkdir()
        write_records(root / split / "data", rows)
    return [str(root / split) for split in ("train", "eval")]


def _decision(folders: list[str], **settings: Any) -> Whole:
    config = EnvironmentConfig(decision=DecisionConfig(**settings), count=4)
    task = task_of(config, PolicyConfig(), folders, CLASSES, SIZE)
    assert isinstance(task, Whole)
    return task


def _glimpse(records: list[str]) -> Windowed:
    config = EnvironmentConfig(id=GLIMPSE, count=4, glimpse=GlimpseConfig(positions=3))
    task = task_of(config, PolicyConfig(), records, CLASSES, SIZE)
    assert isinstance(task, Windowed)
    return task


def _shown(task: Task, unfreeze: str, count: int = 4, *, is_held_out: bool = False) -> Any:
    envs = task.envs(unfreeze, is_held_out=is_held_out)
    observations, infos = envs.reset(seed=list(range(count)))
    envs.close()
    return observations, infos


def test_names_numbers_and_episodes(folders: list[str], records: list[str]) -> None:
    decision, glimpse, other = _decision(folders), _glimpse(records), _foreign()
    assert list(decision.actions) == [*CLASSES, ASK]
    assert list(glimpse.actions) == [*MOVES, *CLASSES]
    assert list(other.actions) == ["0", "1", "2", "3"]
    assert (decision.numbers, glimpse.numbers, other.numbers) == (0, 3 + 9, 0)
    assert [task.is_one_step for task in (decision, glimpse, other)] == [True, False, False]
    assert (decision.episodes, glimpse.episodes, other.episodes) == (6, 3, 7)
    assert glimpse.scale == other.scale == 1.0
    assert numbers_count(GlimpseConfig(positions=3)) == glimpse.numbers


def test_scale_of_a_decision_is_how_far_costs_scatter(folders: list[str]) -> None:
    # Each class is as frequent: two wrong answers of 1, a right one, and a person.
    assert _decision(folders, ask=0.3).scale == pytest.approx(np.std([0, 1, 1, 0.3]))
    costs = {name: {other: 50 for other in CLASSES if other != name} for name in CLASSES}
    assert _decision(folders, ask=2, costs=costs).scale == pytest.approx(np.std([0, 50, 50, 2]))
    same = {name: dict.fromkeys(CLASSES, 1.0) for name in CLASSES}
    assert _decision(folders, ask=1, costs=same).scale == 1.0


@pytest.mark.parametrize(("unfreeze", "prefix"), [(HEAD, FEATURES_PREFIX), ("block_1", ACTIVATIONS_PREFIX)])
@pytest.mark.parametrize("is_held_out", [False, True])
def test_a_decision_shows_what_is_stored(
    folders: list[str], unfreeze: str, prefix: str, is_held_out: bool
) -> None:
    store = open_store(folders[is_held_out], prefix)
    seen, infos = _shown(_decision(folders), unfreeze, is_held_out=is_held_out)
    if is_held_out:
        assert infos["picture"].tolist() == [0, 1, 2, 3]
    for observation, row, label in zip(seen, infos["picture"], infos["label"], strict=True):
        views, labels = store.read([row] * store.views, range(store.views))
        assert labels[0] == label
        assert any(np.array_equal(observation, view) for view in views)


def test_no_trunk_runs_for_a_decision(folders: list[str]) -> None:
    """Whatever would ask for the model, fails."""
    task = _decision(folders)
    for unfreeze in (HEAD, "block_1"):
        seen, _ = _shown(task, unfreeze)
        encode = task.encode(None, "block_0", unfreeze)  # type: ignore[arg-type]
        (encoded,) = encode(seen)
        assert encoded is seen


def _parts_agree(task: Task, unfreeze: str, hidden: int = 0) -> None:
    """The phase's part on what is encoded says what the whole network says of what was shown."""
    cut = cut_for(TinyBackbone(), [HEAD, unfreeze])  # type: ignore[arg-type]
    model = tiny_policy(len(task.actions), task.numbers, hidden, cut)
    seen, _ = _shown(task, unfreeze)
    is_windowed = isinstance(seen, dict)
    pictures, *others = (seen["image"], seen["numbers"]) if is_windowed else (seen,)
    inputs = task.encode(model, cut, unfreeze)(seen)
    whole = [fitted(pictures, SIZE).numpy(), *others]
    for ours, expected in zip(
        model.trained_by(unfreeze)([np.asarray(each, np.float32) for each in inputs], training=False),
        model.whole(whole if others else whole[0], training=False),
        strict=True,
    ):
        assert np.ptp(expected) > 0.05
        np.testing.assert_allclose(ours, expected, atol=1e-4)


@pytest.mark.parametrize("unfreeze", UNFREEZES)
@pytest.mark.parametrize("hidden", [0, 4])
def test_what_glimpses_become_is_where_the_phase_starts(
    records: list[str], unfreeze: str, hidden: int
) -> None:
    _parts_agree(_glimpse(records), unfreeze, hidden)


@pytest.mark.parametrize("unfreeze", UNFREEZES)
@pytest.mark.parametrize("shape", [(SIZE, SIZE, 3), (20, 12, 3), (20, 12, 1), (SIZE, SIZE)])
def test_what_other_pictures_become_is_where_the_phase_starts(unfreeze: str, shape: tuple[int, ...]) -> None:
    _parts_agree(_foreign(4, shape=shape), unfreeze)


def test_pictures_that_fit_are_kept_as_they_are_where_the_whole_trunk_learns() -> None:
    task = _foreign(4)
    seen, _ = _shown(task, "stem")
    model = tiny_policy(4, cut=PIXELS)
    (encoded,) = task.encode(model, PIXELS, "stem")(seen)
    assert encoded is seen and encoded.dtype == np.uint8


def test_held_out_glimpses_are_those_of_eval(records: list[str]) -> None:
    task = _glimpse(records)
    _, infos = _shown(task, HEAD, is_held_out=True)
    assert infos["picture"].tolist() == [0, 1, 2, 0]
    shown = {int(_shown(task, HEAD)[1]["picture"][env]) for env in range(4)}
    assert max(shown) > 2 or len(shown) > 1


def test_class_of_eval_that_train_lacks(records: list[str]) -> None:
    with pytest.raises(InputError, match="class 'hen' in .* is none of those that are learnt"):
        task_of(EnvironmentConfig(id=GLIMPSE), PolicyConfig(), records, CLASSES[:2], SIZE)


def test_environment_that_nobody_knows() -> None:
    with pytest.raises(InputError, match="graft-tests/Noises-v0` is not known to Gymnasium"):
        task_of(EnvironmentConfig(id="graft-tests/Noises-v0"), PolicyConfig(), [], [], SIZE)
