"""Where a trunk is cut, and that both halves together are the whole."""

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
    ],
)
def test_unfrozen_stages(unfreeze: str, stages: tuple[str, ...]) -> None:
    assert unfrozen_stages(LITE0, unfreeze) == stages


@pytest.mark.parametrize("unfreeze", ["block_16", "Head", "", "pixels", "block_3_expand"])
def test_cut_for_unknown_stage_lists_the_known_ones(unfreeze: str) -> None:
    with pytest.raises(InputError) as refusal:
        cut_for(LITE0, ("head", unfreeze))
    assert repr(unfreeze) in str(refusal.value)
    assert "block_15" in str(refusal.value)


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
    return LITE0.build()


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
