"""The `backbone` section: a row or a model of one's own, not both."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.settings.backbone import BackboneConfig


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"name": "vgg16", "size": 96, "weights": "none"},
        {"weights": "my.weights.h5"},
        {"model": "my.keras"},
        {"model": "my.keras", "size": 96, "pixels": "0..1"},
        {"model": "my.keras", "name": "efficientnet_lite0", "weights": "imagenet"},  # as --set fills them in
    ],
)
def test_legal(settings: dict[str, Any]) -> None:
    config = BackboneConfig(**settings)
    assert BackboneConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"model": "my.keras", "name": "vgg16"}, "name goes without model"),
        ({"model": "my.keras", "weights": "none"}, "weights goes without model"),
        ({"pixels": "0..1"}, "pixels goes with model"),
        ({"pixels": "0..2", "model": "my.keras"}, "Input should be '0..255', '0..1', '-1..1' or 'imagenet'"),
        ({"model": ""}, "at least 1 character"),
        ({"weights": ""}, "at least 1 character"),
        ({"size": 31}, "greater than or equal to 32"),
        ({"size": 1025}, "less than or equal to 1024"),
    ],
)
def test_illegal(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        BackboneConfig(**settings)
