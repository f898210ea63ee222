"""A whole search in the graph is the one that the environment sees, look by look."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from components.environments import make_envs
from components.environments.large_pictures import LargePictures
from components.environments.window import MOVES, numbers_count, picture_side
from components.trainer.model import TransferModel
from components.trainer.policy.network import acting
from components.trainer.policy.served_glimpse import ServedGlimpse
from pipeline.settings.environment import GLIMPSE, EnvironmentConfig, GlimpseConfig
from tests.components.records import png, write_records
from tests.components.trainer.policy.seeing import logits_of, tiny_policy
from tests.components.trainer.tiny import SIZE, WIDTH

pytestmark = pytest.mark.slow

CLASSES = ("cat", "dog", "hen")
PICTURES = 10
CONFIGS = (
    GlimpseConfig(),
    GlimpseConfig(window=0.25, positions=3, budget=9),
    GlimpseConfig(window=0.7, positions=2, budget=2),
    GlimpseConfig(window=1.0, positions=5, budget=1),
)


class Search(NamedTuple):
    """How a picture was searched."""

    places: list[tuple[int, int]]
    answer: int
    probabilities: np.ndarray


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Patches of colours, of any size, some grey."""
    draws = np.random.default_rng(8)
    rows = []
    for number in range(PICTURES):
        patches = draws.integers(0, 256, (5, 5, 3), dtype=np.uint8)
        pixels = np.kron(patches, np.ones((draws.integers(4, 12), draws.integers(4, 12), 1), np.uint8))
        content = png(pixels[:, :, 0] if number % 4 == 3 else pixels)
        rows.append((f"{number:064x}", CLASSES[number % 3], content))
    return write_records(tmp_path_factory.mktemp("glimpses") / "data", rows)


def _policy(config: GlimpseConfig, seed: int) -> TransferModel:
    """Of those that now move and now answer, by where they have been."""
    model = tiny_policy(len(MOVES) + len(CLASSES), numbers_count(config), hidden=5 * (seed % 2), seed=seed)
    first = model.head.get_layer("hidden" if seed % 2 else "logits")
    kernel, bias = first.get_weights()
    kernel[WIDTH:] *= 4
    first.set_weights([kernel, bias])
    logits = model.head.get_layer("logits")
    logits.bias.assign(logits.bias + np.where(np.arange(7) < len(MOVES), 1.0, 0.0))
    return model


def _stepped(model: TransferModel, pictures: LargePictures, config: GlimpseConfig) -> list[Search]:
    """What the environment sees when the likeliest actions are taken, with an answer at the last glimpse."""
    envs = make_envs(EnvironmentConfig(id=GLIMPSE, glimpse=config), 1, pictures, is_held_out=True)
    found = []
    for row in range(len(pictures)):
        observation, info = envs.reset(seed=[row], options={"reset_mask": np.ones(1, bool)})
        places, is_over, steps = [], False, 0
        while not is_over:
            (logits,) = logits_of(model, observation["image"], observation["numbers"])
            places.append(tuple(info["place"][0]))
            steps += 1
            if steps == config.budget:
                logits[: len(MOVES)] = -np.inf
            observation, _, terminated, _, info = envs.step(np.array([logits.argmax()]))
            is_over = bool(terminated[0])
        assert info["answer"][0] == logits.argmax() - len(MOVES)
        found.append(Search(places, int(info["answer"][0]), softmax(logits[len(MOVES) :])))
    return found


def _pictures(records: Path, config: GlimpseConfig) -> LargePictures:
    return LargePictures.of_split([records], CLASSES, picture_side(SIZE, config))


def _served(model: TransferModel, config: GlimpseConfig, contents: list[bytes]) -> dict[str, np.ndarray]:
    served = ServedGlimpse(acting(model), CLASSES, config)
    answered = served.serving_default(tf.constant(contents, tf.string))
    return {name: value.numpy() for name, value in answered.items()}


def check_searches(
    answered: dict[str, np.ndarray], searches: list[Search], budget: int, names: tuple[str, ...] = CLASSES
) -> None:
    """What was served is what was stepped."""
    for row, (places, answer, probabilities) in enumerate(searches):
        assert answered["looks"][row] == len(places)
        last = [places[-1]] * (budget - len(places))
        assert list(map(tuple, answered["places"][row].tolist())) == [*places, *last]
        assert answered["label"][row].decode() == names[answer]
        assert answered["action"][row] == len(MOVES) + answer
        np.testing.assert_allclose(answered["probabilities"][row], probabilities, atol=1e-5)
        np.testing.assert_allclose(answered["probability"][row], probabilities.max(), atol=1e-5)
        assert [name.decode() for name in answered["labels"][row]] == list(names)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.positions}x{config.budget}")
def test_search_is_that_of_the_environment(records: Path, config: GlimpseConfig, seed: int) -> None:
    model, pictures = _policy(config, seed), _pictures(records, config)
    searches = _stepped(model, pictures, config)
    contents = [pictures.content(row) for row in range(len(pictures))]
    check_searches(_served(model, config, contents), searches, config.budget)


def test_searches_differ_or_the_test_above_says_little(records: Path) -> None:
    searches = [
        search
        for seed in range(3)
        for search in _stepped(_policy(CONFIGS[0], seed), _pictures(records, CONFIGS[0]), CONFIGS[0])
    ]
    lengths = {len(search.places) for search in searches}
    assert {1, 2, 3, CONFIGS[0].budget} <= lengths
    assert {search.answer for search in searches} == {0, 1, 2}
    assert len({tuple(search.places) for search in searches}) > 8
    columns = {place for search in searches for place in search.places}
    assert {column for column, _ in columns} == {row for _, row in columns} == {0, 1, 2, 3}


def _always(change: Callable[[np.ndarray], None], config: GlimpseConfig) -> TransferModel:
    model = _policy(config, 0)
    kernel, bias = model.head.get_layer("logits").get_weights()
    change(bias)
    model.head.get_layer("logits").set_weights([kernel, bias])
    return model


@pytest.mark.parametrize("move", range(len(MOVES)))
def test_who_would_always_move_answers_at_the_last_glimpse(records: Path, move: int) -> None:
    way = [(-1, 0), (1, 0), (0, -1), (0, 1)][move]
    config, pictures = CONFIGS[1], _pictures(records, CONFIGS[1])

    def change(bias: np.ndarray) -> None:
        bias[move] = 1e4

    model = _always(change, config)
    answered = _served(model, config, [pictures.content(0)])
    assert answered["looks"].tolist() == [9]
    assert answered["places"][0].tolist() == [[1, 1]] + [[1 + way[0], 1 + way[1]]] * 8
    np.testing.assert_allclose(answered["probabilities"].sum(), 1, atol=1e-5)
    check_searches(answered, _stepped(model, pictures, config)[:1], config.budget)


def test_who_would_always_answer_looks_once(records: Path) -> None:
    def change(bias: np.ndarray) -> None:
        bias[len(MOVES) :] += 1e4

    model, pictures = _always(change, CONFIGS[0]), _pictures(records, CONFIGS[0])
    answered = _served(model, CONFIGS[0], [pictures.content(row) for row in range(3)])
    assert answered["looks"].tolist() == [1, 1, 1]
    assert answered["places"].tolist() == [[[2, 2]] * 6] * 3


def test_of_equals_it_takes_the_one_that_it_takes_in_training(records: Path) -> None:
    model, pictures = _policy(CONFIGS[0], 0), _pictures(records, CONFIGS[0])
    for variable in model.head.variables:
        variable.assign(np.zeros(variable.shape))
    answered = _served(model, CONFIGS[0], [pictures.content(0)])
    check_searches(answered, _stepped(model, pictures, CONFIGS[0])[:1], CONFIGS[0].budget)
