"""Learning by reward from TFX's arguments to the SavedModel, on a tiny trunk."""

from pathlib import Path
from typing import Any

import gymnasium
import keras
import numpy as np
import pytest
from scipy.special import softmax
from tfx.components.trainer.fn_args_utils import FnArgs

from components.backbone.cut import HEAD, PIXELS
from components.environments.window import MOVES, numbers_count
from components.feature_store import ACTIVATIONS_PREFIX, FEATURES_PREFIX, open_store
from components.served import read_labels
from components.trainer.arguments import checkpoint_folder
from components.trainer.model import TransferModel
from components.trainer.phases_file import WEIGHTS_FILE, read_phases
from components.trainer.policy import run_fn, tasks
from components.trainer.policy.network import build_policy
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.environment import ASK, DECISION, GLIMPSE, EnvironmentConfig, GlimpseConfig
from pipeline.settings.policy import PolicyConfig, PolicyPhaseConfig
from tests.components.records import png, write_records
from tests.components.trainer.policy.seeing import Labelled, answers_of, logits_of
from tests.components.trainer.policy.test_on_a_trunk import Colours
from tests.components.trainer.tiny import SIZE, TinyBackbone, write_tiny_stores

pytestmark = pytest.mark.slow

CLASSES = ("cat", "dog", "hen")
OTHER = "graft-tests/Colours-v0"
GLIMPSES = GlimpseConfig(positions=2, budget=2)
ACTIONS = {DECISION: [*CLASSES, ASK], GLIMPSE: [*MOVES, *CLASSES], OTHER: ["0", "1", "2"]}
HEADS = PolicyPhaseConfig(name="head", steps=64, head_rate=0.05)
DEEP = PolicyPhaseConfig(name="deep", steps=64, unfreeze="block_1", head_rate=0.02, trunk_rate=0.02)
TOP = DEEP.model_copy(update={"name": "top", "unfreeze": "top"})
WHOLE = PolicyPhaseConfig(name="whole", steps=32, unfreeze="stem", trunk_rate=0.01)
gymnasium.register(OTHER, Colours)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_fn, "choose_backbone", lambda _: TinyBackbone())
    monkeypatch.setattr(run_fn.tft, "TFTransformOutput", lambda _: Labelled(SIZE, CLASSES))


def fn_args_of(
    root: Path, kind: str, *phases: PolicyPhaseConfig, seed: int = 5, cut: str = "block_0"
) -> FnArgs:
    """As TFX hands them over; data is written where there is any."""
    if kind == DECISION:
        write_tiny_stores(root, cut)
    elif kind == GLIMPSE:
        _write_pictures(root)
    policy = PolicyConfig(rollout=4, batch_size=16, judged_every=2, episodes=20, hidden=4, phases=phases)
    files = [[] if kind == OTHER else [str(root / f"Split-{split}" / "*")] for split in ("train", "eval")]
    return FnArgs(
        train_files=files[0],
        eval_files=files[1],
        transform_output=None if kind == OTHER else "unused",
        serving_model_dir=str(root / "model" / "Format-Serving"),
        model_run_dir=str(root / "logs"),
        custom_config={
            "policy": policy.model_dump(mode="json"),
            "environment": EnvironmentConfig(id=kind, count=8, glimpse=GLIMPSES).model_dump(mode="json"),
            "backbone": BackboneConfig().model_dump(mode="json"),
            "cut": cut,
            "seed": seed,
            "checkpoints": str(root / "checkpoints"),
            "splits": "a-way",
        },
    )


def _write_pictures(root: Path) -> None:
    draws = np.random.default_rng(4)
    for split in ("train", "eval"):
        rows = [
            (f"{number:064x}", CLASSES[number % 3], png(draws.integers(0, 256, (30, 40, 3), np.uint8)))
            for number in range(6)
        ]
        (root / f"Split-{split}").mkdir()
        write_records(root / f"Split-{split}" / "data", rows)


def _fresh(kind: str, cut: str, seed: int = 5) -> TransferModel:
    """What a training with this seed begins with."""
    keras.utils.set_random_seed(seed)
    numbers = numbers_count(GLIMPSES) if kind == GLIMPSE else 0
    return build_policy(TinyBackbone(), cut, len(ACTIONS[kind]), numbers, 4)  # type: ignore[arg-type]


def _left(fn_args: FnArgs, kind: str) -> TransferModel:
    """The network with the weights that lie in `model_run`."""
    model = _fresh(kind, fn_args.custom_config["cut"], seed=0)
    model.whole.load_weights(f"{fn_args.model_run_dir}/{WEIGHTS_FILE}")
    return model


def _changed(kind: str, fn_args: FnArgs) -> set[str]:
    """The variables that a training changed, by as much as a bit."""
    before, after = _fresh(kind, fn_args.custom_config["cut"]), _left(fn_args, kind)
    return {
        variable.path.removeprefix("head/")
        for variable, old in zip(after.whole.variables, before.whole.variables, strict=True)
        if not np.array_equal(np.array(variable), np.array(old))
    }


HEAD_WEIGHTS = {f"{layer}/{part}" for layer in ("hidden", "logits", "value") for part in ("kernel", "bias")}


@pytest.mark.parametrize(
    ("phases", "moved"),
    [
        ((HEADS,), set()),
        ((HEADS, TOP), {"top_conv/kernel"}),  # block_1 lies above the cut, and yet stays
        ((HEADS, DEEP), {"block_1_conv/kernel", "top_conv/kernel"}),
    ],
    ids=["head", "top", "deep"],
)
@pytest.mark.parametrize("kind", [DECISION, OTHER])
def test_what_is_unfrozen_learns_and_nothing_else(
    tmp_path: Path, kind: str, phases: tuple[PolicyPhaseConfig, ...], moved: set[str]
) -> None:
    longer = (phase.model_copy(update={"steps": 640}) for phase in phases)
    fn_args = fn_args_of(tmp_path, kind, *longer)
    run_fn.run_fn(fn_args)
    found = read_phases(fn_args.model_run_dir)
    assert [phase["name"] for phase in found] == [phase.name for phase in phases]
    assert all(phase["kept_step"] for phase in found), "or it says nothing of what learns"
    assert _changed(kind, fn_args) == HEAD_WEIGHTS | moved


@pytest.mark.parametrize(
    ("kind", "phases", "cut"),
    [
        (DECISION, (HEADS, DEEP), "block_0"),
        (DECISION, (WHOLE,), PIXELS),
        (GLIMPSE, (HEADS, DEEP), "block_0"),
        (OTHER, (HEADS, DEEP), "block_0"),
        (OTHER, (WHOLE,), PIXELS),
    ],
)
def test_leaves_phases_weights_and_a_model_that_answers_alike(
    tmp_path: Path, kind: str, phases: tuple[PolicyPhaseConfig, ...], cut: str
) -> None:
    fn_args = fn_args_of(tmp_path, kind, *phases, cut=cut)
    abandoned = checkpoint_folder(fn_args).parent / "training-with-another-rate"
    abandoned.mkdir(parents=True)
    run_fn.run_fn(fn_args)
    assert not abandoned.parent.exists()
    found = read_phases(fn_args.model_run_dir)
    assert [(phase["name"], phase["steps"]) for phase in found] == [
        (each.name, each.steps) for each in phases
    ]
    assert found[0]["curve"][0]["steps"] == 0
    observed = [phase["curve"][0]["observed"] for phase in found]
    assert observed == [0, 64][: len(phases)]
    names = CLASSES if kind == GLIMPSE else ACTIONS[kind]
    assert read_labels(fn_args.serving_model_dir) == list(ACTIONS[kind])
    pictures = np.random.default_rng(2).integers(0, 256, (9, SIZE, SIZE, 3), np.uint8)
    answered = answers_of(fn_args.serving_model_dir, [png(picture) for picture in pictures])
    assert answered["probabilities"].shape == (9, len(names))
    if kind != GLIMPSE:  # whose searches have tests of their own
        expected = softmax(logits_of(_left(fn_args, kind), pictures), axis=1)
        np.testing.assert_allclose(answered["probabilities"], expected, atol=1e-5)


@pytest.mark.parametrize("kind", [DECISION, GLIMPSE, OTHER])
def test_weights_follow_from_the_seed_alone(tmp_path: Path, kind: str) -> None:
    weights = []
    for number, (seed, ambient) in enumerate([(1, 10), (1, 20), (2, 10)]):
        (tmp_path / str(number)).mkdir()
        phase = HEADS.model_copy(update={"steps": 64})
        fn_args = fn_args_of(tmp_path / str(number), kind, phase, seed=seed)
        keras.utils.set_random_seed(ambient)
        run_fn.run_fn(fn_args)
        weights.append([np.array(each) for each in _left(fn_args, kind).whole.variables])
    one, same, other = weights
    assert all(map(np.array_equal, one, same))
    assert not all(map(np.array_equal, one, other))


def test_a_phase_of_no_steps_is_left_out(tmp_path: Path) -> None:
    fn_args = fn_args_of(tmp_path, OTHER, HEADS.model_copy(update={"steps": 0}), DEEP)
    run_fn.run_fn(fn_args)
    assert [phase["name"] for phase in read_phases(fn_args.model_run_dir)] == ["deep"]


def test_a_decision_learns_and_is_judged_on_what_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Train is for learning, eval for judging, and no phase asks the trunk."""
    opened: list[tuple[str, str]] = []

    def noted(folder: str, prefix: str) -> Any:
        opened.append((Path(folder).name, prefix))
        return open_store(folder, prefix)

    monkeypatch.setattr(tasks, "open_store", noted)
    monkeypatch.setattr(tasks, "_looking", None)
    fn_args = fn_args_of(tmp_path, DECISION, HEADS, DEEP)
    run_fn.run_fn(fn_args)
    assert opened[2:] == [
        (f"Split-{split}", prefix)
        for prefix in (FEATURES_PREFIX, ACTIVATIONS_PREFIX)
        for split in ("train", "eval")
    ]
    assert HEADS.unfreeze == HEAD
