"""A pushed trunk: written beside the served graph, and gone on from."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from components.backbone import Backbone, choose_backbone
from components.backbone.pushed import EXTRA, is_pushed, save_trunk
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig
from tests.components.backbone.small_models import guide, pictures, randomised, repacked


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Backbone, keras.Model]:
    """A trunk whose weights are no longer those of its file."""
    path = tmp_path_factory.mktemp("own") / "mine.keras"
    guide().save(path)
    backbone = choose_backbone(BackboneConfig(model=str(path)))
    return backbone, randomised(backbone.build_pretrained(), seed=9)


@pytest.fixture
def pushed(tmp_path: Path, trained: tuple[Backbone, keras.Model]) -> Path:
    save_trunk(trained[1], trained[0], str(tmp_path / EXTRA))
    return tmp_path


def test_going_on_from_it(pushed: Path, trained: tuple[Backbone, keras.Model]) -> None:
    before, trunk = trained
    backbone = choose_backbone(BackboneConfig(model=str(pushed)))
    assert (backbone.name, backbone.size, backbone.width) == ("mine", before.size, before.width)
    assert backbone.stages == before.stages
    assert backbone.trains
    backbone.check_weights()
    images = pictures(32)
    np.testing.assert_array_equal(
        backbone.build_pretrained()(images, training=False), trunk(images, training=False)
    )


def test_only_two_files_are_left(pushed: Path) -> None:
    assert sorted(path.name for path in (pushed / EXTRA).iterdir()) == ["backbone.json", "trunk.keras"]
    assert set(json.loads((pushed / EXTRA / "backbone.json").read_text())) == {
        "name",
        "size",
        "width",
        "stages",
    }


def test_is_known_by_what_lies_beside_the_graph(pushed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_pushed(str(pushed)) and is_pushed(f"{pushed}/")
    monkeypatch.setenv("HOME", str(pushed.parent))
    assert is_pushed(f"~/{pushed.name}")
    for other in (pushed / EXTRA, pushed / EXTRA / "trunk.keras", pushed / "no" / "such"):
        assert not is_pushed(str(other))
    (pushed / EXTRA / "backbone.json").unlink()
    assert not is_pushed(str(pushed))


def test_saved_again(pushed: Path) -> None:
    backbone = choose_backbone(BackboneConfig(model=str(pushed)))
    before = backbone.fingerprint()
    save_trunk(randomised(backbone.build_pretrained(), seed=10), backbone, str(pushed / EXTRA))
    assert choose_backbone(BackboneConfig(model=str(pushed))).fingerprint() != before


def test_failed_save_leaves_what_was_there(
    pushed: Path, trained: tuple[Backbone, keras.Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone = choose_backbone(BackboneConfig(model=str(pushed)))
    before = backbone.fingerprint()

    def fail(path: str) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trained[1], "save", fail)
    with pytest.raises(OSError, match="No space left"):
        save_trunk(trained[1], backbone, str(pushed / EXTRA))
    assert sorted(path.name for path in (pushed / EXTRA).iterdir()) == ["backbone.json", "trunk.keras"]
    assert choose_backbone(BackboneConfig(model=str(pushed))).fingerprint() == before


def test_trunk_that_never_trains_is_not_copied(tmp_path: Path, trained: tuple[Backbone, keras.Model]) -> None:
    save_trunk(trained[1], dataclasses.replace(trained[0], trains=False), str(tmp_path / EXTRA))
    assert not (tmp_path / EXTRA).exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"name": "a"}',
        '{"name": "a", "size": 32, "width": 8, "stages": []}',
        '{"name": "a", "size": "32", "width": 8, "stages": ["top"]}',
        '{"name": "a", "size": 32, "width": 8, "stages": ["top"], "more": 1}',
    ],
)
def test_description_that_is_none(pushed: Path, content: str) -> None:
    (pushed / EXTRA / "backbone.json").write_text(content)
    with pytest.raises(InputError, match=r"backbone.json` does not describe a trunk: "):
        choose_backbone(BackboneConfig(model=str(pushed)))


def test_stages_that_the_trunk_does_not_have(pushed: Path) -> None:
    file = pushed / EXTRA / "backbone.json"
    file.write_text(file.read_text().replace('"block1_add"', '"block1_relu"'))
    with pytest.raises(InputError, match="cannot be cut at block1_relu"):
        choose_backbone(BackboneConfig(model=str(pushed)))


def test_missing_trunk(pushed: Path) -> None:
    (pushed / EXTRA / "trunk.keras").unlink()
    with pytest.raises(InputError, match=f"{EXTRA}/trunk.keras` cannot be read: No such file"):
        choose_backbone(BackboneConfig(model=str(pushed)))


def test_trunk_that_was_exchanged(pushed: Path) -> None:
    trunk = pushed / EXTRA / "trunk.keras"
    stranger = {"module": "mine", "class_name": "Mine", "config": {"name": "mine", "layers": []}}
    repacked(trunk, {"config.json": json.dumps(stranger).encode()}).rename(trunk)
    with pytest.raises(InputError, match="not Keras' own: Mine `mine`"):
        choose_backbone(BackboneConfig(model=str(pushed)))


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"size": 64}, "takes pictures of 32 px. Received: backbone.size=64"),
        ({"pixels": "0..1"}, "leave out backbone.pixels"),
    ],
)
def test_settings_that_the_trunk_has_already(pushed: Path, more: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        choose_backbone(BackboneConfig(model=str(pushed), **more))
