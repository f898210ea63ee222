"""What is exported of a policy answers to encoded pictures as the training network does to what it sees."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax
from tensorflow.core.protobuf import saved_model_pb2

from components.backbone.pushed import is_pushed, pushed_backbone
from components.environments.window import MOVES, numbers_count, picture_side, start, window
from components.environments.window import numbers as numbers_of
from components.served import read_labels
from components.trainer.model import TransferModel
from components.trainer.policy.export import export
from components.trainer.policy.eyes import fitted
from pipeline.settings.environment import ASK, DECISION, GLIMPSE, EnvironmentConfig, GlimpseConfig
from tests.components.records import png
from tests.components.trainer.policy.seeing import Labelled, answers_of, logits_of, tiny_policy
from tests.components.trainer.tiny import SIZE

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[4] / "docs" / "serving.md"
CLASSES = ("cat", "dog", "hen")
OTHER = "module:Other-v0"
ACTIONS = {DECISION: (*CLASSES, ASK), GLIMPSE: (*MOVES, *CLASSES), OTHER: ("0", "1", "2")}
GLIMPSES = GlimpseConfig(positions=3, budget=1)
"""One glimpse, whose answers are those of one call."""


def _model(kind: str, seed: int = 3, hidden: int = 0) -> TransferModel:
    numbers = numbers_count(GLIMPSES) if kind == GLIMPSE else 0
    return tiny_policy(len(ACTIONS[kind]), numbers, hidden, seed=seed)


def _exported(kind: str, folder: Path, **settings: Any) -> TransferModel:
    model = _model(kind, **settings)
    config = EnvironmentConfig(id=kind, glimpse=GLIMPSES)
    transform: Any = None if kind == OTHER else Labelled(SIZE, CLASSES)
    classes = () if kind == OTHER else CLASSES
    export(model, config, transform, classes, ACTIONS[kind], str(folder))
    return model


def _noise(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def _check(
    answered: dict[str, np.ndarray], logits: np.ndarray, names: tuple[str, ...], first: int = 0
) -> None:
    expected, best = softmax(logits, axis=1), logits.argmax(axis=1)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(answered["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(answered["probability"], expected.max(axis=1), atol=1e-5)
    assert answered["action"].tolist() == (first + best).tolist()
    assert answered["action"].dtype == np.int64
    assert [name.decode() for name in answered["label"]] == [names[place] for place in best]
    assert [[name.decode() for name in row] for row in answered["labels"]] == [list(names)] * len(best)


@pytest.mark.parametrize(("seed", "hidden"), [(3, 0), (4, 5)])
def test_decision_answers_as_the_network_does(tmp_path: Path, seed: int, hidden: int) -> None:
    model = _exported(DECISION, tmp_path, seed=seed, hidden=hidden)
    pictures = _noise(40, SIZE, SIZE, 3)
    answered = answers_of(tmp_path, [png(picture) for picture in pictures])
    _check(answered, logits_of(model, pictures), ACTIONS[DECISION])
    assert len(set(answered["action"].tolist())) > 2, "or it tests less than it says"


@pytest.mark.parametrize(("seed", "hidden"), [(3, 0), (4, 5)])
def test_other_policies_take_pictures_of_any_size(tmp_path: Path, seed: int, hidden: int) -> None:
    model = _exported(OTHER, tmp_path, seed=seed, hidden=hidden)
    shapes = [(SIZE, SIZE, 3), (30, 20, 3), (5, 5, 3), (30, 20), (SIZE, SIZE), (1, 1, 3)]
    shown = [_noise(*shape, seed=seed) for seed in range(5) for shape in shapes]
    answered = answers_of(tmp_path, [png(picture) for picture in shown])
    seen = np.concatenate([fitted(picture[None], SIZE) for picture in shown])
    _check(answered, logits_of(model, seen), ACTIONS[OTHER])
    assert len(set(answered["action"].tolist())) > 1, "or it tests less than it says"


def test_first_glimpse_answers_as_the_network_does(tmp_path: Path) -> None:
    model = _exported(GLIMPSE, tmp_path)
    side = picture_side(SIZE, GLIMPSES)
    pictures, middle = _noise(20, side, side, 3), start(GLIMPSES)
    visited = np.arange(9) == 4
    windows = np.stack([window(picture, *middle, GLIMPSES) for picture in pictures])
    numbers = np.tile(numbers_of(*middle, 0, visited, GLIMPSES), (20, 1))
    answered = answers_of(tmp_path, [png(picture) for picture in pictures])
    _check(answered, logits_of(model, windows, numbers)[:, len(MOVES) :], CLASSES, first=len(MOVES))
    assert answered["looks"].tolist() == [1] * 20
    assert answered["places"].tolist() == [[[1, 1]]] * 20
    assert answered["looks"].dtype == answered["places"].dtype == np.int64


@pytest.mark.parametrize("kind", ACTIONS)
def test_outputs_are_those_that_the_page_on_serving_names(tmp_path: Path, kind: str) -> None:
    _exported(kind, tmp_path)
    signatures = tf.saved_model.load(str(tmp_path)).signatures
    section = PAGE.read_text().split("## Policies")[1].split("## REST")[0]
    name = "any other" if kind == OTHER else f"{kind[6:-3]}, `{kind}`"
    (row,) = re.findall(rf"^\| {name} \| (.*?) \|", section, re.MULTILINE)
    named = {"label", "probability", "probabilities", "labels", *re.findall(r"`(\w+)`", row)}
    for signature in ("serving_default", "serving_examples"):
        assert set(signatures[signature].structured_outputs) == named, signature
    assert ("explain" in signatures) == (f"Only `{kind}` has `explain`" in section)


@pytest.mark.parametrize("kind", ACTIONS)
def test_what_is_left(tmp_path: Path, kind: str) -> None:
    model = _exported(kind, tmp_path)
    assert read_labels(str(tmp_path)) == list(ACTIONS[kind])
    assert is_pushed(str(tmp_path))
    trunk = pushed_backbone(tmp_path, size=None).build_pretrained()
    pictures = _noise(2, SIZE, SIZE, 3).astype(np.float32)
    np.testing.assert_array_equal(trunk(pictures, training=False), model.trunk(pictures, training=False))
    # As text, so that the bodies of functions are searched as well.
    saved = saved_model_pb2.SavedModel.FromString((tmp_path / "saved_model.pb").read_bytes())
    ops = set(re.findall(r'\bop: "(\w+)"', str(saved.meta_graphs[0].graph_def)))
    assert "Conv2D" in ops
    assert not {op for op in ops if "Random" in op or "Multinomial" in op or "Shuffle" in op}
    # No pictures are a batch, too.
    names = CLASSES if kind == GLIMPSE else ACTIONS[kind]
    answered = answers_of(tmp_path, [])
    assert answered["action"].shape == answered["label"].shape == (0,)
    assert answered["probabilities"].shape == answered["labels"].shape == (0, len(names))
    if kind == GLIMPSE:
        assert answered["looks"].shape == (0,) and answered["places"].shape == (0, 1, 2)
