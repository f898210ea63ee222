"""What a config asks for, and what it gets: rows, sizes, weights, the user's own models."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from components.backbone import BACKBONES, choose_backbone, get_backbone
from components.backbone.weights import FileWeights, RandomWeights
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig

LITE0 = get_backbone("efficientnet_lite0")


def test_names_are_unique() -> None:
    names = [backbone.name for backbone in BACKBONES]
    assert len(set(names)) == len(names)
    assert [get_backbone(name) for name in names] == list(BACKBONES)


def test_number_of_parameters_tells_rows_apart() -> None:
    counts = [backbone.parameters for backbone in BACKBONES]
    assert len(set(counts)) == len(counts)


@pytest.mark.parametrize("name", ["resnet", "", "EfficientNet_Lite0", "a\nb"])
def test_unknown_name_lists_the_known(name: str) -> None:
    with pytest.raises(InputError, match="must be one of .*efficientnet_lite0, .*vgg16, ") as caught:
        get_backbone(name)
    assert f"Received: {name!r}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_row_as_it_is() -> None:
    assert choose_backbone(BackboneConfig()) == LITE0
    assert choose_backbone(BackboneConfig(name="vgg16")) == get_backbone("vgg16")


def test_another_size() -> None:
    chosen = choose_backbone(BackboneConfig(size=96))
    assert chosen == dataclasses.replace(LITE0, size=96)


@pytest.mark.parametrize(("name", "size"), [("inception_v3", 74), ("xception", 70)])
def test_too_small_a_size(name: str, size: int) -> None:
    with pytest.raises(InputError, match=f"`{name}` takes pictures of {size + 1} px or more.*size={size}$"):
        choose_backbone(BackboneConfig(name=name, size=size))
    assert choose_backbone(BackboneConfig(name=name, size=size + 1)).size == size + 1


def test_weights_of_the_users_choice(tmp_path: Path) -> None:
    assert choose_backbone(BackboneConfig(weights="none")).weights == RandomWeights()
    file = tmp_path / "my.weights.h5"
    assert choose_backbone(BackboneConfig(weights=str(file))).weights == FileWeights(file)
    assert choose_backbone(BackboneConfig(weights="~/my.h5")).weights == FileWeights(Path.home() / "my.h5")


@pytest.mark.parametrize("model", ["none", "none.h5", "model.weights.h5"])
def test_model_that_is_none(tmp_path: Path, model: str) -> None:
    (tmp_path / "model.weights.h5").touch()
    with pytest.raises(InputError, match="must be a .keras file or the folder of a SavedModel. Received: "):
        choose_backbone(BackboneConfig(model=str(tmp_path / model)))


@pytest.mark.parametrize("path", ["x" * 300, "~nosuchuser/a", "a\0b", "/dev/null/a", "."])
@pytest.mark.parametrize("ending", [".keras", ".weights.h5", ""])
@pytest.mark.parametrize("field", ["model", "weights"])
def test_odd_paths_are_one_line(field: str, path: str, ending: str) -> None:
    with pytest.raises(InputError) as caught:
        choose_backbone(BackboneConfig(**{field: path + ending})).check_weights()
    assert len(str(caught.value).splitlines()) == 1


def test_folder_of_several_models_asks_for_one(tmp_path: Path) -> None:
    for version in ("1", "2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "saved_model.pb").touch()
    with pytest.raises(InputError, match=f"holds several: name one, such as `{tmp_path}/2`. Received"):
        choose_backbone(BackboneConfig(model=str(tmp_path)))


def test_fingerprint_follows_name_size_and_weights(tmp_path: Path) -> None:
    (tmp_path / "one.weights.h5").write_bytes(b"1")
    (tmp_path / "two.weights.h5").write_bytes(b"2")
    configs: list[dict[str, Any]] = [
        {},
        {"size": 96},
        {"weights": "none"},
        {"name": "efficientnet_lite1"},
        {"weights": str(tmp_path / "one.weights.h5")},
        {"weights": str(tmp_path / "two.weights.h5")},
    ]
    prints = [choose_backbone(BackboneConfig(**config)).fingerprint() for config in configs]
    assert len(set(prints)) == len(prints)
    assert prints == [choose_backbone(BackboneConfig(**config)).fingerprint() for config in configs]
    (tmp_path / "one.weights.h5").rename(tmp_path / "moved.weights.h5")
    moved = choose_backbone(BackboneConfig(weights=str(tmp_path / "moved.weights.h5")))
    assert moved.fingerprint() == prints[4]


@pytest.mark.slow
def test_without_weights_every_process_builds_the_same_trunk() -> None:
    import numpy as np

    backbone = choose_backbone(BackboneConfig(weights="none", size=32))
    backbone.check_weights()
    first, second = (backbone.build_pretrained().get_weights() for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert np.ptp(first[0]) > 0
