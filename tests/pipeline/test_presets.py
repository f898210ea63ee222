"""Presets: below the file and the overrides, above the defaults."""

from pathlib import Path
from typing import get_args

import pytest

from pipeline.config import Config, Preset
from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.settings.backbone import BackboneConfig


def _file(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("preset", get_args(Preset))
def test_preset_is_below_the_file_and_the_overrides(tmp_path: Path, preset: str) -> None:
    alone = load_config(None, data="pictures", overrides=[f"preset={preset}"])
    assert alone.preset == preset
    assert alone.trainer != Config(data=alone.data).trainer or preset == "balanced"
    file = _file(tmp_path, f"preset: {preset}\ndata: {{path: pictures}}\ntrainer: {{dropout: 0.45}}\n")
    both = load_config(file, overrides=["trainer.hidden=77"])
    changes = {"dropout": 0.45, "hidden": 77}
    assert both.trainer == alone.trainer.model_copy(update=changes)
    assert both.backbone == alone.backbone


def test_preset_of_an_override_wins_over_that_of_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, "preset: best\ndata: {path: pictures}\n")
    assert (
        load_config(file, overrides=["preset=fast"]).trainer
        == load_config(None, data="pictures", overrides=["preset=fast"]).trainer
    )


@pytest.mark.parametrize("preset", ["bset", "[fast]", "../configs/solar_cells"])
def test_preset_that_does_not_exist(preset: str) -> None:
    with pytest.raises(InputError, match="preset.*'fast', 'balanced' or 'best'"):
        load_config(None, data="pictures", overrides=[f"preset={preset}"])


@pytest.mark.parametrize("preset", get_args(Preset))
@pytest.mark.parametrize("is_in_the_file", [True, False])
def test_model_of_ones_own_stands_in_for_the_presets_trunk(
    tmp_path: Path, preset: str, is_in_the_file: bool
) -> None:
    section = "backbone: {model: mine.keras}\n" if is_in_the_file else ""
    file = _file(tmp_path, f"preset: {preset}\ndata: {{path: pictures}}\n{section}")
    config = load_config(file, overrides=[] if is_in_the_file else ["backbone.model=mine.keras"])
    assert config.backbone == BackboneConfig(model="mine.keras")
    assert config.trainer == load_config(None, data="pictures", overrides=[f"preset={preset}"]).trainer
