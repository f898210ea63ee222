"""Where a trunk is cut, and that both halves together are the whole."""

import dataclasses

import keras
import numpy as np
import pytest

from components.backbone import get_backbone
from components.backbone.cut import PIXELS, check_order, cut_for, split_trunk, unfrozen_stages
from pipeline.errors import InputError

LITE0 = get_backbone("efficientnet_lite0")


@pytest.mark.parametrize(
    ("unfreezes", "cut"),
    [
        ((), "top"),
        (("head",), "top"),
        (("head", "head"), "top"),
        (("head", "top"), "block_15"),
        (("head", "block_14"), "block_13"),
        (("block_14", "block_11"), "block_10"),
        (("block_11", "block_14"), "block_10"),
        (("block_0",), "stem"),
        (("head", "stem"), PIXELS),
        (("head", "1%"), "block_15"),
        (("head", "30%"), "block_10"),
        (("100%",), PIXELS),
    ],
)
def test_cut_for(unfreezes: tuple[str, ...], cut: str) -> None:
    assert cut_for(LITE0, unfreezes) == cut


@pytest.mark.parametrize(
    ("unfreeze", "stages"),
    [
        ("head", ()),
        ("top", ("top",)),
        ("block_14", ("top", "block_15", "block_14")),
        ("stem", tuple(reversed(LITE0.stages))),
        ("1%", ("top",)),
        ("6%", ("top", "block_15")),
        ("100%", tuple(reversed(LITE0.stages))),
    ],
)
def test_unfrozen_stages(unfreeze: str, stages: tuple[str, ...]) -> None:
    assert unfrozen_stages(LITE0, unfreeze) == stages


@pytest.mark.parametrize(
    "unfreeze",
    ["block_16", "Head", "", "pixels", "block_3_expand", "block_1\n", "0%", "101%", "007%", "-3%", "3.5%"],
)
def test_cut_for_unknown_stage_lists_the_known_ones(unfreeze: str) -> None:
    with pytest.raises(InputError) as refusal:
        cut_for(LITE0, ("head", unfreeze))
    assert repr(unfreeze) in str(refusal.value)
    assert "block_15" in str(refusal.value)


def test_message_names_the_field() -> None:
    with pytest.raises(
        InputError, match="^`tuner.unfreeze` must be head, a share from 1% to 100%, or a stage of"
    ):
        unfrozen_stages(LITE0, "block_99", "tuner.unfreeze")


def test_what_never_trains_has_only_a_head() -> None:
    frozen = dataclasses.replace(LITE0, trains=False)
    assert unfrozen_stages(frozen, "head") == ()
    assert cut_for(frozen, ["head"]) == "top"
    with pytest.raises(
        InputError, match="never trains: `trainer.phases.unfreeze` must be head. Received: '30%'"
    ):
        unfrozen_stages(frozen, "30%")


@pytest.mark.parametrize(
    "unfreezes", [[], ["head"], ["head", "head", "top"], ["block_15", "block_3", "stem"], ["top", "top"]]
)
def test_check_order(unfreezes: list[str]) -> None:
    check_order(LITE0, unfreezes)


@pytest.mark.parametrize(
    "unfreezes", [["top", "head"], ["head", "block_3", "block_4"], ["stem", "top", "stem"]]
)
def test_check_order_refuses_to_freeze_again(unfreezes: list[str]) -> None:
    with pytest.raises(InputError, match="must unfreeze from the top down.*Received") as refusal:
        check_order(LITE0, unfreezes)
    assert str(unfreezes) in str(refusal.value)


@pytest.fixture(scope="module")
def trunk() -> keras.Model:
    keras.utils.set_random_seed(3)
    return LITE0.build(224)


@pytest.mark.slow
@pytest.mark.parametrize("cut", [PIXELS, "stem", "block_2", "block_10", "top"])
def test_split_trunk_halves_make_the_whole(trunk: keras.Model, cut: str) -> None:
    images = np.random.default_rng(5).uniform(0, 255, (2, 224, 224, 3)).astype(np.float32)
    lower, upper = split_trunk(trunk, cut)
    whole = trunk(images, training=False).numpy()
    np.testing.assert_allclose(upper(lower(images, training=False), training=False), whole, atol=1e-5)
    assert np.ptp(whole) > 0


@pytest.mark.slow
def test_split_trunk_shares_its_layers(trunk: keras.Model) -> None:
    lower, upper = split_trunk(trunk, "block_13")
    whole = {id(variable) for variable in trunk.variables}
    below = {id(variable) for variable in lower.variables}
    above = {id(variable) for variable in upper.variables}
    assert below | above == whole
    assert not below & above
