"""The table of backbones, its weights' integrity, and where a trunk is cut."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from components.backbone import BACKBONES, get_backbone
from components.backbone.cut import HEAD, PIXELS, cut_for, unfrozen_stages
from pipeline.errors import InputError

LITE0 = get_backbone("efficientnet_lite0")


def test_names_are_unique() -> None:
    names = [backbone.name for backbone in BACKBONES]
    assert len(set(names)) == len(names)
    assert [get_backbone(name) for name in names] == list(BACKBONES)


@pytest.mark.parametrize("name", ["resnet50", "", "EfficientNet_Lite0", "a\nb"])
def test_unknown_name_lists_the_known(name: str) -> None:
    with pytest.raises(InputError, match="must be one of .*efficientnet_lite0") as caught:
        get_backbone(name)
    assert f"Received: {name!r}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("backbone", BACKBONES, ids=lambda backbone: backbone.name)
def test_weights_are_whole(backbone: object) -> None:
    assert backbone in BACKBONES
    backbone.check_weights()  # type: ignore[attr-defined]


def test_wrong_sha256_is_refused_before_the_weights_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    altered = dataclasses.replace(LITE0, sha256="0" * 64)
    monkeypatch.setattr("components.backbone.BACKBONES", (altered,))
    with pytest.raises(InputError, match="sha256 must be 0{64}") as caught:
        get_backbone(LITE0.name).check_weights()
    text = str(caught.value)
    assert text.startswith("backbone `efficientnet_lite0`: ")
    assert str(LITE0.weights_path()) in text
    assert f"Received: {LITE0.sha256}" in text


def test_altered_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = bytearray(LITE0.weights_path().read_bytes())
    content[-1] ^= 1
    (tmp_path / LITE0.weights).parent.mkdir()
    (tmp_path / LITE0.weights).write_bytes(content)
    spec = importlib.util.spec_from_file_location("weights", tmp_path / "__init__.py")
    monkeypatch.setattr("components.backbone.importlib.util.find_spec", lambda name: spec)
    with pytest.raises(InputError, match=f"`{tmp_path}.*fail their integrity check: sha256"):
        LITE0.check_weights()


def test_missing_file_is_refused() -> None:
    missing = dataclasses.replace(LITE0, weights="models/none.pth")
    with pytest.raises(InputError, match="none.pth` cannot be read: No such file"):
        missing.check_weights()


def test_missing_package_is_refused() -> None:
    missing = dataclasses.replace(LITE0, package="no_such_package_of_weights")
    with pytest.raises(InputError, match="`no_such_package_of_weights`, which is not installed"):
        missing.check_weights()


@pytest.mark.parametrize(
    ("unfreeze", "stages"),
    [
        (HEAD, ()),
        ("top", ("top",)),
        ("block_15", ("top", "block_15")),
        ("block_13", ("top", "block_15", "block_14", "block_13")),
        ("stem", tuple(reversed(LITE0.stages))),
    ],
)
def test_unfrozen_stages(unfreeze: str, stages: tuple[str, ...]) -> None:
    assert unfrozen_stages(LITE0, unfreeze) == stages


@pytest.mark.parametrize("unfreeze", ["block_16", "Head", "", PIXELS, "block_1\n"])
def test_unknown_stage_lists_the_known(unfreeze: str) -> None:
    with pytest.raises(InputError, match="must be head or a stage of efficientnet_lite0: stem, ") as caught:
        unfrozen_stages(LITE0, unfreeze)
    assert f"Received: {unfreeze!r}" in str(caught.value)
    with pytest.raises(InputError):
        cut_for(LITE0, [HEAD, unfreeze])


@pytest.mark.parametrize(
    ("unfreezes", "cut"),
    [
        ([], "top"),
        ([HEAD], "top"),
        ([HEAD, "top"], "block_15"),
        ([HEAD, "block_11"], "block_10"),
        (["block_11", HEAD], "block_10"),
        (["block_11", "block_3", "top"], "block_2"),
        (["block_0"], "stem"),
        (["stem"], PIXELS),
        ([HEAD, "stem", "block_9"], PIXELS),
    ],
)
def test_cut_for(unfreezes: list[str], cut: str) -> None:
    assert cut_for(LITE0, unfreezes) == cut
    assert cut_for(LITE0, iter(unfreezes)) == cut
