"""A policy's network: one body, two heads, and numbers beside a picture where there are any."""

import keras
import numpy as np
import pytest

from components.trainer.policy.network import acting, build_policy, policy_head
from tests.components.trainer.policy.seeing import tiny_policy
from tests.components.trainer.tiny import SIZE, WIDTH, TinyBackbone


@pytest.mark.parametrize("hidden", [0, 5])
@pytest.mark.parametrize("numbers", [0, 4])
def test_head_acts_and_foresees(numbers: int, hidden: int) -> None:
    head = policy_head(7, 3, numbers, hidden)
    assert [each.shape for each in head.inputs] == [(None, 7), (None, 4)][: 1 + bool(numbers)]
    assert [each.shape for each in head.outputs] == [(None, 3), (None, 1)]
    wide = 7 + numbers
    below = wide * hidden + hidden if hidden else 0
    assert head.count_params() == below + (hidden or wide) * 4 + 4


def test_a_new_policy_tries_everything() -> None:
    keras.utils.set_random_seed(4)
    head = policy_head(50, 6, 0, 64)
    logits, values = head(np.random.default_rng(0).normal(size=(200, 50)).astype(np.float32))
    assert np.abs(logits).max() < 0.5 < np.abs(values).max()


def test_both_heads_depend_on_the_picture_and_on_the_numbers() -> None:
    model = tiny_policy(3, numbers=2, hidden=4)
    draws = np.random.default_rng(1)
    picture, number = draws.uniform(0, 255, (2, SIZE, SIZE, 3)), draws.uniform(0, 1, (2, 2))
    plain, other_picture, other_number = (
        [np.array(each)[0] for each in model.whole([picture[a : a + 1], number[b : b + 1]], training=False)]
        for a, b in ((0, 0), (1, 0), (0, 1))
    )
    for changed in (other_picture, other_number):
        for before, after in zip(plain, changed, strict=True):
            assert np.abs(before - after).max() > 1e-3


@pytest.mark.parametrize("numbers", [0, 2])
def test_from_the_cut_equals_the_whole_way(numbers: int) -> None:
    model = tiny_policy(3, numbers)
    draws = np.random.default_rng(2)
    pictures = draws.uniform(0, 255, (4, SIZE, SIZE, 3)).astype(np.float32)
    others = [draws.uniform(0, 1, (4, numbers)).astype(np.float32)] if numbers else []
    lower = keras.Model(model.trunk.input, model.trunk.get_layer("block_0").output)
    part = model.trained_by("block_1")
    assert [each.shape[1:] for each in part.inputs[1:]] == [(numbers,)][: len(others)]
    for ours, whole in zip(
        part([np.array(lower(pictures, training=False)), *others], training=False),
        model.whole([pictures, *others], training=False),
        strict=True,
    ):
        assert np.ptp(whole) > 0.1
        np.testing.assert_allclose(ours, whole, atol=1e-4)


@pytest.mark.parametrize("numbers", [0, 2])
def test_what_acts_is_the_policy_alone(numbers: int) -> None:
    model = tiny_policy(3, numbers)
    inputs = [np.ones((2, SIZE, SIZE, 3), np.float32), *([np.ones((2, 2), np.float32)] if numbers else [])]
    policy = acting(model)
    assert policy.output.shape == (None, 3)
    np.testing.assert_array_equal(policy(inputs, training=False), model.whole(inputs, training=False)[0])


def test_a_policy_is_built_on_a_trunk_with_its_weights() -> None:
    backbone = TinyBackbone()
    model = build_policy(backbone, "stem", 2, 0, 0)  # type: ignore[arg-type]
    assert model.head.inputs[0].shape == (None, WIDTH)
    for ours, fresh in zip(model.trunk.weights, backbone.build_pretrained().weights, strict=True):
        np.testing.assert_array_equal(ours, fresh)
