"""The table of formats."""

import importlib.util
from typing import get_args

import pytest

from components.exports.formats import FORMATS, check_formats
from pipeline.errors import InputError
from pipeline.settings.pusher import ExportFormat


def test_every_format_of_the_config_has_a_row_and_a_file_of_its_own() -> None:
    assert set(FORMATS) == set(get_args(ExportFormat))
    assert len({row.file for row in FORMATS.values()}) == len(FORMATS)


def test_what_is_not_calibrated_must_give_the_same_answers() -> None:
    assert {name: row.tolerance < 0.01 for name, row in FORMATS.items()} == {
        name: not row.is_calibrated for name, row in FORMATS.items()
    }


def test_a_missing_package_is_told_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tf2onnx" else find(name))
    check_formats(["tflite", "tflite_int8"])
    with pytest.raises(InputError, match="onnx needs tf2onnx, not installed here.*make install"):
        check_formats(["tflite", "onnx"])
