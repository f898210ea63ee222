"""The `pusher` section."""

import pytest
from pydantic import ValidationError

from pipeline.config_file import load_config
from pipeline.errors import InputError
from pipeline.settings.pusher import PusherConfig


def test_nothing_is_exported_unless_asked() -> None:
    assert PusherConfig().formats == ()


def test_formats_differ() -> None:
    with pytest.raises(ValidationError, match="formats must differ. Received: \\['onnx', 'onnx'\\]"):
        PusherConfig(formats=("onnx", "onnx"))


def test_unknown_format_is_told_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match="'tflite', 'tflite_int8' or 'onnx'"):
        load_config(None, overrides=["pusher.formats=[coreml]"])
